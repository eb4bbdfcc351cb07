"""When games are played: a seeded, NBA-like calendar of 2021-22 to New Year 2026, and the file it travels in.

A job knows the calendar only from that file, as real jobs know it only from their schedule table.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from random import Random

from backfill_tui.demo.chance import draws

FIRST_DATE = date(2021, 10, 1)
LAST_DATE = date(2026, 1, 2)
BOOTSTRAP = timedelta(days=14)
"""So long after a season's first game there is too little history for rolling windows."""

_DAY = timedelta(days=1)
_GAMES_BY_WEEKDAY = (8, 5, 11, 4, 11, 8, 7)  # Monday first
_MOST_GAMES = 15  # thirty teams


@dataclass(frozen=True, slots=True)
class Season:
    """The days on which the shape of a season turns."""

    opens: date
    break_starts: date  # All-Star break: six days without a game
    regular_ends: date
    ends: date


_SEASONS = (
    Season(date(2021, 10, 19), date(2022, 2, 18), date(2022, 4, 10), date(2022, 6, 16)),
    Season(date(2022, 10, 18), date(2023, 2, 17), date(2023, 4, 9), date(2023, 6, 12)),
    Season(date(2023, 10, 24), date(2024, 2, 16), date(2024, 4, 14), date(2024, 6, 17)),
    Season(date(2024, 10, 22), date(2025, 2, 14), date(2025, 4, 13), date(2025, 6, 22)),
    Season(date(2025, 10, 21), date(2026, 2, 13), date(2026, 4, 12), date(2026, 6, 18)),
)

# (until this share of the post-season, a day has games with this probability, at least, at most)
_POSTSEASON = ((0.25, 0.96, 2, 4), (0.5, 0.85, 1, 3), (0.75, 0.7, 1, 2), (1.0, 0.25, 1, 1))


def days_between(start: date, end: date) -> list[date]:
    """Every day from `start` to `end`, both included; none if `end` is earlier."""
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def season_year(day: date) -> int:
    """The year in which the season of that day began."""
    return day.year if day.month >= 8 else day.year - 1


@dataclass(frozen=True)
class Calendar:
    """How many games each date has; a date that is not in it has none."""

    games: Mapping[date, int]

    def games_on(self, day: date) -> int:
        """The number of games of that day, 0 for an off-day."""
        return self.games.get(day, 0)

    def game_dates(self, start: date, end: date) -> list[date]:
        """The dates with games from `start` to `end`, both included, in order."""
        return [day for day in days_between(start, end) if self.games_on(day)]

    def is_bootstrap(self, day: date) -> bool:
        """Whether the season of that day began less than `BOOTSTRAP` before it."""
        opening = self._openings.get(season_year(day))
        return opening is not None and opening <= day < opening + BOOTSTRAP

    def games_before(self, day: date) -> int:
        """The number of games of all earlier game dates; `day` must have games itself."""
        return self._before[day]

    @cached_property
    def _openings(self) -> dict[int, date]:
        openings: dict[int, date] = {}
        for day in sorted(self.games):
            openings.setdefault(season_year(day), day)
        return openings

    @cached_property
    def _before(self) -> dict[date, int]:
        days = sorted(self.games)
        return dict(zip(days, accumulate((self.games[day] for day in days), initial=0), strict=False))


def make_calendar(seed: int) -> Calendar:
    """Play out the seasons from `FIRST_DATE` to `LAST_DATE`; the same seed gives the same calendar."""
    games: dict[date, int] = {}
    for season in _SEASONS:
        for day in days_between(season.opens, min(season.ends, LAST_DATE)):
            chance = draws(seed, "games", day)
            count = _regular(season, day, chance) if day <= season.regular_ends else _post(season, day, chance)
            if count:
                games[day] = count
    return Calendar(games)


def _regular(season: Season, day: date, chance: Random) -> int:
    if _is_holiday(day) or season.break_starts <= day < season.break_starts + 6 * _DAY:
        return 0
    if day == season.opens:
        return 2
    if day == season.regular_ends:
        return _MOST_GAMES
    return max(1, min(_MOST_GAMES, _GAMES_BY_WEEKDAY[day.weekday()] + chance.randint(-3, 3)))


def _post(season: Season, day: date, chance: Random) -> int:
    if day == season.ends:
        return 1
    share = (day - season.regular_ends) / (season.ends - season.regular_ends)
    likely, least, most = next(stage[1:] for stage in _POSTSEASON if share <= stage[0])
    return chance.randint(least, most) if chance.random() < likely else 0


def _is_holiday(day: date) -> bool:
    """No games on Thanksgiving (the fourth Thursday of November) and on Christmas Eve."""
    thanksgiving = day.month == 11 and day.weekday() == 3 and 22 <= day.day <= 28
    return thanksgiving or (day.month, day.day) == (12, 24)


def write_calendar(calendar: Calendar, path: Path) -> None:
    """Write the plan's `calendar.csv`: a line `date,weight` for each date with games, and for both ends.

    Of days outside its first and last line a calendar says nothing, of those between that they are off-days.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("date", "weight"))
        days = sorted({FIRST_DATE, *calendar.games, LAST_DATE})
        writer.writerows((day.isoformat(), calendar.games_on(day)) for day in days)


def read_calendar(path: Path) -> Calendar:
    """Read what `write_calendar` wrote. Raises OSError, KeyError or ValueError if it is not such a file."""
    with path.open(newline="", encoding="utf-8") as file:
        games = {date.fromisoformat(row["date"]): int(row["weight"]) for row in csv.DictReader(file)}
    return Calendar({day: count for day, count in games.items() if count})
