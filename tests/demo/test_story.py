"""What the suites of the night see before, during and after: what jobs do to the tables, without the waiting."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from backfill_tui.demo import tables
from backfill_tui.demo.nba_night import NBA_NIGHT
from backfill_tui.demo.processor import KINDS, Processor
from backfill_tui.demo.scenarios import QUIET_NIGHT
from backfill_tui.demo.schedule import LAST_DATE, Calendar, make_calendar, season_year
from backfill_tui.demo.script import Job, Scenario
from backfill_tui.demo.season import UNATTENDED_BROKEN, UNATTENDED_NIGHT
from backfill_tui.demo.warehouse import Warehouse
from tests.demo.stage import SEED

NIGHT = (date(2021, 10, 19), LAST_DATE)
RECENT = (date(2024, 5, 1), LAST_DATE)

USAGE_RATE = "100.0 * count(usage_rate) FILTER (minutes_played > 0) / count(*) FILTER (minutes_played > 0)"
TOTALS = "100.0 * count(*) FILTER (fg_attempts + ft_attempts + turnovers IS NOT NULL) / count(*)"
USAGE_POPULATED = "100.0 * count(avg_usage_rate_last_7_games) / count(*)"


@dataclass
class Tables:
    """The night's warehouse, written by its jobs and asked in plain SQL."""

    calendar: Calendar
    warehouse: Warehouse

    def work(self, job: Job, *, fresh: bool = False) -> None:
        """What a run of that job does to its table; some dates fail, unless it is a fresh start."""
        processor = Processor(
            KINDS[job.job],
            self.calendar,
            self._writer(job),
            SEED,
            speed=1e12,
            fail_rate=0.0 if fresh else job.fail_rate,
            log=logging.getLogger("quiet"),
        )
        for day in self.calendar.game_dates(job.start, job.end):
            if not (job.game_dates_only and self.calendar.is_bootstrap(day)):
                try:
                    processor.run(day)
                except RuntimeError:
                    continue

    def _writer(self, job: Job) -> Callable[[date], int]:
        if job.job == "team_offense":
            return lambda day: self.warehouse.write_team_offense(day, broken_until=job.broken_until)
        if job.job == "player_game_summary":
            return self.warehouse.write_player_game_summary
        return self.warehouse.write_composite_factors

    def ask(self, what: str, table: str, dates: tuple[date, date] = NIGHT) -> float:
        """One value over the rows of these dates."""
        ((value,),) = self.rows(table, dates).aggregate(what).fetchall()
        return float(value)

    def by_season(self, what: str, table: str, dates: tuple[date, date] = NIGHT) -> dict[int, float]:
        """One value a season over the rows of these dates."""
        found = self.rows(table, dates).aggregate(f"season_year, {what}").fetchall()
        return {int(season): float(value) for season, value in found}

    def training_rows(self) -> int:
        """Rows that a model could learn from."""
        played = self.rows(tables.PLAYER_GAME_SUMMARY).filter("minutes_played > 0 AND usage_rate IS NOT NULL")
        known = self.rows(tables.COMPOSITE_FACTORS).filter("avg_usage_rate_last_7_games IS NOT NULL")
        return len(played.join(known, "game_date, game_id, player_lookup"))

    def rows(self, table: str, dates: tuple[date, date] = NIGHT) -> duckdb.DuckDBPyRelation:
        """The table's rows of these dates."""
        files = self.warehouse.root.joinpath(*table.split("."), "*.parquet")
        start, end = dates
        return duckdb.read_parquet(str(files)).filter(f"game_date BETWEEN DATE '{start}' AND DATE '{end}'")


@pytest.fixture(scope="module")
def whole() -> Calendar:
    return make_calendar(SEED)


@pytest.fixture(scope="module")
def thinned(whole: Calendar) -> Calendar:
    """The first four weeks of every season, and the May in which the bug's reach ends: quick."""
    may = [date(2024, 5, n) for n in range(1, 32)]
    autumn = [day for day in whole.games if day.month == 10 or (day.month == 11 and day.day <= 15)]
    return Calendar({day: whole.games_on(day) for day in sorted({*autumn, *may}) if whole.games_on(day)})


@pytest.fixture(params=["thinned", pytest.param("whole", marks=pytest.mark.long)])
def night(request: pytest.FixtureRequest, tmp_path: Path) -> Tables:
    """The tables as the night finds them."""
    calendar: Calendar = request.getfixturevalue(request.param)
    made = Tables(calendar, Warehouse(tmp_path, calendar, SEED))
    made.warehouse.write_yesterday(broken_until=NBA_NIGHT.broken_until)
    return made


def everywhere(value: float, by_season: dict[int, float]) -> list[float]:
    assert set(by_season) <= {season_year(day) for day in (date(year, 12, 1) for year in range(2021, 2026))}
    assert by_season
    return [value, *by_season.values()]


def test_usage_rate_is_broken_at_first_stays_so_through_the_mistakes_and_is_whole_after_the_repair(
    night: Tables,
) -> None:
    job = NBA_NIGHT.job

    def usage(dates: tuple[date, date]) -> list[float]:
        table = tables.PLAYER_GAME_SUMMARY
        return everywhere(night.ask(USAGE_RATE, table, dates), night.by_season(USAGE_RATE, table, dates))

    assert usage(NIGHT) == pytest.approx([47.7] * len(usage(NIGHT)), abs=1.0)
    assert usage(RECENT) == pytest.approx([47.7] * len(usage(RECENT)), abs=2.5)
    # The mistakes: consumers read what is still broken, and phase 1 comes over the fix.
    night.work(job("player_game_summary"))
    night.work(job("composite_factors"))
    night.work(job("team_offense_fix"))
    assert night.ask(TOTALS, tables.TEAM_OFFENSE, (NIGHT[0], job("team_offense_fix").end)) == 100
    night.work(job("team_offense"))
    lost = night.by_season(TOTALS, tables.TEAM_OFFENSE, (NIGHT[0], date(2024, 4, 30)))
    assert max(lost.values()) < 60
    assert max(usage(RECENT)) < 60
    assert night.ask(USAGE_POPULATED, tables.COMPOSITE_FACTORS) < 60
    # The repair: each table once more, after what it is computed from.
    night.work(job("team_offense_fix"), fresh=True)
    night.work(job("player_game_summary"), fresh=True)
    assert min(usage(RECENT)) >= 95
    assert min(usage(NIGHT)) < 60  # the older seasons are still as they were
    night.work(job("player_game_summary_history"), fresh=True)
    assert min(usage(NIGHT)) >= 95
    assert night.ask(USAGE_POPULATED, tables.COMPOSITE_FACTORS) < 60  # computed before, and not since
    before = night.training_rows()
    night.work(job("composite_factors"), fresh=True)
    assert night.ask(USAGE_POPULATED, tables.COMPOSITE_FACTORS) > 90
    assert night.training_rows() > 2 * before
    if len(night.calendar.games) == len(make_calendar(SEED).games):
        assert before < 70_000 < night.training_rows()


@pytest.mark.parametrize(
    ("scenario", "usage"),
    [pytest.param(UNATTENDED_NIGHT, 97.5, id="fixed"), pytest.param(UNATTENDED_BROKEN, 47.7, id="still broken")],
)
def test_in_an_unattended_night_the_player_rows_are_whole_exactly_if_the_fix_was_one(
    tmp_path: Path, thinned: Calendar, scenario: Scenario, usage: float
) -> None:
    night = Tables(thinned, Warehouse(tmp_path, thinned, SEED))
    night.warehouse.write_yesterday(broken_until=scenario.broken_until)
    fix, players, factors = scenario.jobs
    season = (players.start, players.end)
    assert night.ask(USAGE_RATE, tables.PLAYER_GAME_SUMMARY, season) == pytest.approx(47.7, abs=2.0)
    night.work(fix)
    night.work(players)
    assert night.ask(USAGE_RATE, tables.PLAYER_GAME_SUMMARY, season) == pytest.approx(usage, abs=2.5)
    night.work(factors)
    assert (night.ask(USAGE_POPULATED, tables.COMPOSITE_FACTORS) > 90) is (scenario is UNATTENDED_NIGHT)


def test_the_night_has_the_rows_that_its_thresholds_ask_for(tmp_path: Path, whole: Calendar) -> None:
    night = Tables(whole, Warehouse(tmp_path, whole, SEED))
    night.warehouse.write_yesterday(broken_until=NBA_NIGHT.broken_until)
    assert night.ask("count(DISTINCT game_id)", tables.TEAM_OFFENSE) >= 5600
    assert night.ask("count(*)", tables.TEAM_OFFENSE) == 2 * night.ask(
        "count(DISTINCT game_id)", tables.TEAM_OFFENSE
    )
    assert night.ask("count(points)", tables.PLAYER_GAME_SUMMARY, RECENT) >= 35_000
    share = "100.0 * count(paint_attempts) / count(*)"
    assert night.ask(share, tables.PLAYER_GAME_SUMMARY) >= 40
    assert night.ask("100.0 * count(minutes_played) / count(*)", tables.PLAYER_GAME_SUMMARY, RECENT) >= 99
    assert round(night.ask(USAGE_RATE, tables.PLAYER_GAME_SUMMARY), 1) == 47.7
    assert round(night.ask(USAGE_RATE, tables.PLAYER_GAME_SUMMARY, RECENT), 1) == 47.7


def test_a_quiet_night_begins_with_whole_tables(tmp_path: Path, thinned: Calendar) -> None:
    night = Tables(thinned, Warehouse(tmp_path, thinned, SEED))
    night.warehouse.write_yesterday(broken_until=QUIET_NIGHT.broken_until)
    assert night.ask(TOTALS, tables.TEAM_OFFENSE) == 100
    assert night.ask(USAGE_RATE, tables.PLAYER_GAME_SUMMARY) == 100
