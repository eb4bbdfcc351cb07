"""The sample logs as courses to replay; none where the samples are not there."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

from backfill_tui.sources.dialects.load import choose
from backfill_tui.sources.dialects.parser import LogParser
from backfill_tui.sources.events import Event, Outcome, RunSummary, UnitFinished, UnitStarted
from benchmarks.eta_replay import Course, history_of

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "nba_2026_01_03"

_WHOLE = "team_offense_backfill_phase1.log"
_FIX = "team_offense_bug_fix.log"
_PARALLEL = "player_game_summary_backfill_phase2.log"
_GAME_DATES = "phase4_pcf_backfill_20260103_v2.log"


def sample_courses() -> Iterator[tuple[str, float, Course]]:
    """Each with its name and the target of its median error."""
    if not SAMPLES.is_dir():
        return
    whole, fix, parallel, game_dates = map(_events, (_WHOLE, _FIX, _PARALLEL, _GAME_DATES))
    games = _games(whole) | _games(fix)
    yield "sample: phase 1", 1.15, _course(whole)
    yield "sample: phase 1, earlier run", 1.06, _with_earlier(whole, fix)  # it covers three fifths of the dates
    yield "sample: bug fix", 1.15, _course(fix)
    yield "sample: bug fix, earlier run", 1.06, _with_earlier(fix, whole)
    yield "sample: parallel", 1.15, _course(parallel)
    yield "sample: parallel, calendar", 1.10, _with_calendar(parallel, games)
    yield "sample: game dates", 1.15, _course(game_dates)
    yield "sample: game dates, calendar", 1.06, _with_calendar(game_dates, games)


def _events(name: str) -> list[Event]:
    """A log's events, each outcome with its date; of several lines that tell one date's outcome the first."""
    parser = LogParser(choose("auto"), UTC)
    found: list[Event] = []
    started: date | None = None
    ended: set[date | None] = set()
    for event in parser.feed((SAMPLES / name).read_bytes(), 0):
        if isinstance(event, UnitStarted):
            started = event.day
        elif isinstance(event, UnitFinished):
            event = event._replace(day=event.day or started)  # noqa: PLW2901 - the same, told in full
            if event.day in ended:
                continue
            ended.add(event.day)
        if event.at is not None:
            found.append(event)
    return found


def _games(events: list[Event]) -> dict[date, float]:
    """How many games each date of another log had: two records a game; where it failed, as many as usual."""
    found = {}
    for event in events:
        if isinstance(event, UnitFinished) and event.day:
            failed = event.outcome is Outcome.FAILED
            found[event.day] = 6.0 if failed else (event.records or 0) / 2
    return found


def _course(events: list[Event]) -> Course:
    times = [event.at for event in events if isinstance(event, UnitFinished | RunSummary) and event.at]
    begins = next(event.at for event in events if event.at)
    return Course(events, begins, max(times))


def _with_earlier(events: list[Event], earlier: list[Event]) -> Course:
    heavy = {day: games > 0 for day, games in _games(earlier).items()}
    return replace(_course(events), history=history_of([earlier]), work=heavy)


def _with_calendar(events: list[Event], games: Mapping[date, float]) -> Course:
    return replace(_course(events), calendar=games, work={day: count > 0 for day, count in games.items()})
