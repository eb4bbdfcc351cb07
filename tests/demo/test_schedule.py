from datetime import date
from pathlib import Path

import pytest

from backfill_tui.demo.scenarios import SCENARIOS
from backfill_tui.demo.schedule import FIRST_DATE, LAST_DATE, make_calendar, read_calendar, write_calendar
from backfill_tui.demo.slate import players_on, team_nights

NIGHT = (date(2021, 10, 19), LAST_DATE)


@pytest.mark.parametrize("seed", [1, 7, 2026])
def test_the_calendar_has_about_as_many_game_dates_as_the_real_ones(seed: int) -> None:
    calendar = make_calendar(seed)
    assert 912 <= len(calendar.game_dates(*NIGHT)) <= 932  # 922 in the samples
    assert len(calendar.game_dates(FIRST_DATE, LAST_DATE)) == len(calendar.games)
    assert all(1 <= games <= 15 for games in calendar.games.values())
    assert sum(map(calendar.is_bootstrap, calendar.games)) == 5 * 14


def test_the_same_seed_gives_the_same_calendar_and_another_seed_another() -> None:
    assert make_calendar(7) == make_calendar(7)
    assert make_calendar(7) != make_calendar(8)


def test_summers_holidays_and_the_all_star_break_are_without_games() -> None:
    calendar = make_calendar(7)
    assert not calendar.game_dates(date(2023, 6, 20), date(2023, 10, 23))
    assert not calendar.game_dates(date(2024, 2, 16), date(2024, 2, 21))
    assert not calendar.games_on(date(2022, 11, 24))
    assert not calendar.games_on(date(2022, 12, 24))


def test_a_calendar_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    write_calendar(make_calendar(7), path)
    assert path.read_text().startswith("date,weight\n2021-10-01,0\n2021-10-19,2\n")
    assert read_calendar(path) == make_calendar(7)


def test_the_file_s_first_and_last_line_hold_every_night_between_them(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    write_calendar(make_calendar(7), path)
    days = [date.fromisoformat(line.partition(",")[0]) for line in path.read_text().splitlines()[1:]]
    jobs = [job for scenario in SCENARIOS.values() for job in scenario.jobs]
    assert days[0] <= min(job.start for job in jobs)
    assert max(job.end for job in jobs) <= days[-1]


def test_no_team_plays_twice_a_night_and_team_nights_are_numbered_without_gaps() -> None:
    calendar = make_calendar(7)
    numbers = []
    for day in calendar.game_dates(date(2021, 10, 19), date(2022, 1, 31)):
        nights = team_nights(calendar, day, 7)
        assert len({night.team for night in nights}) == len(nights) == 2 * calendar.games_on(day)
        assert players_on(calendar, day, 7) == sum(night.players for night in nights)
        numbers += [night.number for night in nights]
    assert numbers == list(range(len(numbers)))
    assert team_nights(calendar, date(2022, 7, 4), 7) == []
