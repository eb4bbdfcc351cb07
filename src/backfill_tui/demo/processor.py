"""The work of one date: what it costs, how it goes wrong, the rows it writes, and its chatter in the log."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from backfill_tui.demo.chance import draws
from backfill_tui.demo.schedule import Calendar


def rejected(literal: str) -> str:
    """What the warehouse answers where a query has this for a date, and it is none."""
    return (
        "400 POST https://bigquery.googleapis.com/bigquery/v2/projects/nba-props-platform/jobs: "
        f'Could not cast literal "{literal}" to type DATE'
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """What sets one job program apart from another. Costs are seconds of the night for one date."""

    name: str  # as its checkpoint calls it
    processor: str
    empty_s: float  # an off-day
    base_s: float  # a game date, before its games are counted
    game_s: float  # each game more
    game_dates_only: bool = False
    counts: str = "records"

    def cost_s(self, games: int) -> float:
        """What a date with so many games usually costs."""
        return self.base_s + self.game_s * games if games else self.empty_s


KINDS = {
    "team_offense": Kind("team_offense_game_summary", "TeamOffenseGameSummaryProcessor", 3.5, 16.0, 2.0),
    "player_game_summary": Kind("player_game_summary", "PlayerGameSummaryProcessor", 3.0, 420.0, 55.0),
    "player_composite_factors": Kind(
        "player_composite_factors", "PlayerCompositeFactorsProcessor", 1.0, 15.0, 2.4, True, "players"
    ),
}


@dataclass(frozen=True)
class Processor:
    """Does one date after another. `run` may be called from several threads."""

    kind: Kind
    calendar: Calendar
    write: Callable[[date], int]  # writes that date's rows and returns how many
    seed: int
    speed: float  # seconds of the night in one of the clock's
    fail_rate: float  # of dates with games
    log: logging.Logger
    as_of: str = ""  # what its queries are given to read up to; empty: the date that is worked on

    def run(self, day: date) -> int | None:
        """Return the number of rows written, None if the date's validation failed.

        Raises RuntimeError where the warehouse rejects the query.
        """
        self.log.info("PROCESSOR_STEP Initialized %s for %s", self.kind.processor, day)
        games = self.calendar.games_on(day)
        if not games:
            self.log.info("No games scheduled for %s", day)
            self.pause(self._cost(day))
            return 0
        began = time.monotonic()
        cost = self._cost(day)
        self.pause(0.55 * cost)
        if self.as_of and not _is_date(self.as_of):
            raise RuntimeError(rejected(self.as_of))
        took = time.monotonic() - began
        self.log.info("Extracted %d team rows, %d player rows in %.1fs", 2 * games, 22 * games, took)
        self.pause(0.4 * cost)
        fate = draws(self.seed, self.kind.name, "fate", day).random()
        if fate < self.fail_rate / 2:
            raise RuntimeError(rejected("YESTERDAY"))
        if fate < self.fail_rate:
            self.log.error("Validation failed: 0 rows extracted for %s", day)
            return None
        rows = self.write(day)
        self.log.info("Saved %d records via MERGE_UPDATE", rows)
        return rows

    def pause(self, night_s: float) -> None:
        """Let that many seconds of the night go by."""
        time.sleep(night_s / self.speed)

    def _cost(self, day: date) -> float:
        games = self.calendar.games_on(day)
        noise = draws(self.seed, self.kind.name, "cost", day).lognormvariate(0.0, 0.3)
        return noise * self.kind.cost_s(games)


def _is_date(literal: str) -> bool:
    try:
        date.fromisoformat(literal)
    except ValueError:
        return False
    return True
