"""A night to look at: snapshots with fixed times, made without an engine. The same ones in every run."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from backfill_tui.control.model import Alert, Condition, PhaseState, Severity, Timeline
from backfill_tui.control.model import ConditionKind as Kind
from backfill_tui.engine.snapshot import (
    CheckpointSeen,
    LogSeen,
    PhaseView,
    Snapshot,
)
from backfill_tui.progress.account import Account, Counts, Evidence, Run, RunEnd, Unit, UnitState
from backfill_tui.progress.calibration import Record
from backfill_tui.progress.eta import Forecast
from backfill_tui.progress.pace import Slice
from backfill_tui.progress.prospect import ClassCost, DeadlineProspect, Moments, PastForecast, Prospect
from backfill_tui.sources.events import Mode
from backfill_tui.sources.presence import Identity, Presence, ProcessSeen
from tests.tui import suites

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 1, 3, 20, 14, 7, tzinfo=ZONE)
FIX = (date(2021, 10, 1), date(2024, 5, 1))
PLAYERS = "nba_analytics.player_game_summary"
FOUR_YEARS = (date(2021, 10, 19), date(2026, 1, 2))


@cache
def games(day: date) -> int:
    """How many games a date has, in a league that plays from late October to mid June."""
    chance = random.Random(day.toordinal())  # noqa: S311 - a made-up league
    if day.month in {7, 8, 9} or (day.month == 10 and day.day < 18) or (day.month == 6 and day.day > 15):
        return 0
    if day.month == 2 and 14 <= day.day <= 19:
        return 0
    if day.month in {5, 6}:
        return chance.choice((0, 1, 2))
    return chance.choice((0, 4, 6, 7, 8, 9, 10, 13))


def days(dates: tuple[date, date]) -> list[date]:
    """Every date of a range."""
    return [dates[0] + timedelta(days=i) for i in range((dates[1] - dates[0]).days + 1)]


def account(
    dates: tuple[date, date],
    reached: int,
    *,
    failed: Sequence[date] = (),
    missing: Sequence[date] = (),
    running: bool = True,
    runs: tuple[Run, ...] = (),
) -> Account:
    """An account in which the first `reached` dates are settled, with the failures and holes given."""
    units = {}
    for index, day in enumerate(days(dates)):
        units[day] = _unit(index, day, reached, day in failed, day in missing, running=running)
    tally = {state: sum(u.state is state for u in units.values()) for state in UnitState}
    current = days(dates)[reached] if running and reached < len(units) else None
    return Account(
        dates=dates,
        units=units,
        counts=Counts(total=len(units), **{state.value: n for state, n in tally.items()}),
        runs=runs,
        records=sum(u.records or 0 for u in units.values()),
        error_lines=len(failed),
        current_date=current,
        first_line_at=NOW - timedelta(hours=4),
        last_line_at=NOW - timedelta(seconds=3),
    )


def _unit(index: int, day: date, reached: int, failed: bool, missing: bool, *, running: bool) -> Unit:
    at = NOW - timedelta(hours=3, minutes=46) + timedelta(seconds=14 * index)
    offset = offsets()[min(index, len(offsets()) - 1)]
    if index > reached or (index == reached and not running):
        return Unit(day, UnitState.PENDING)
    if index == reached:
        return Unit(day, UnitState.RUNNING, at=at, offset=offset, log=0, run=0)
    if missing:
        said = (Evidence("checkpoint", "no outcome", at), Evidence("log", "in flight at 17:58 when killed", at))
        why = "resumed at 2024-02-16, past it"
        return Unit(day, UnitState.MISSING, at=at, offset=offset, log=0, run=0, why=why, evidence=said)
    if failed:
        told = Evidence("log", "400 POST: Could not cast literal “YESTERDAY” to type DATE", at)
        return Unit(
            day, UnitState.FAILED, at=at, offset=offset, log=0, run=0, why="exception in the job", evidence=(told,)
        )
    number = games(day)
    state = UnitState.DONE if number else UnitState.EMPTY
    said = (Evidence("log", state.value, at), Evidence("checkpoint", "successful", at))
    took = 3.0 + 4.2 * number
    return Unit(day, state, at=at, records=number * 2, duration_s=took, offset=offset, log=0, run=0, evidence=said)


def run(started: datetime, ended: datetime | None, how: RunEnd, dates: tuple[date, date], total: int) -> Run:
    """A run of the day-by-day family."""
    return Run(
        started_at=started,
        ended_at=ended,
        ended=how,
        dates=dates,
        units_total=total,
        workers=1,
        mode=Mode.SEQUENTIAL,
        fresh=False,
        resumes_from=None if how is RunEnd.KILLED else date(2024, 2, 16),
        dialect="day-by-day",
        dialect_reason="41 of its first 50 lines match",
        offset=0,
    )


def tonight(clock: tuple[int, int]) -> datetime:
    """A local hour and minute; before noon it is tomorrow's."""
    return datetime(2026, 1, 3 if clock[0] >= 12 else 4, *clock, tzinfo=ZONE)


Clocks = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def moments(clocks: Clocks) -> Moments:
    """Quantiles as local hours and minutes."""
    p10, p50, p90 = (tonight(clock).astimezone(UTC) for clock in clocks)
    return Moments(p10, p50, p90)


def forecast(p10: tuple[int, int], p50: tuple[int, int], p90: tuple[int, int]) -> Forecast:
    """Quantiles as local hours and minutes; those before noon are tomorrow's."""
    told = moments((p10, p50, p90))
    left = [(moment - NOW).total_seconds() for moment in (told.p10, told.p50, told.p90)]
    return Forecast(told.p10, told.p50, told.p90, left[0], left[1], left[2], basis="calendar")


def prospect(start: Clocks | None, finish: Clocks, basis: str, criticality: float = 1.0) -> Prospect:
    """What the night's forecast says of a phase that leads to its target."""
    begins = moments(start) if start else None
    return Prospect(begins, moments(finish), basis, slack_s=0.0, criticality=criticality)


def past() -> tuple[PastForecast, ...]:
    """How the finish was forecast: wide and too early at first, then closer and closer."""
    chance = random.Random(7)  # noqa: S311 - a made-up evening
    found = []
    for minutes in range(220, 0, -10):
        at = NOW - timedelta(minutes=minutes)
        share = minutes / 220
        middle = tonight((21, 15)) - timedelta(minutes=48 * share**2 + 4 * chance.uniform(-1, 1))
        low, high = timedelta(minutes=16 + 34 * share), timedelta(minutes=16 + 60 * share)
        found.append(PastForecast(at, Moments(middle - low, middle, middle + high)))
    return tuple(found)


def throughput() -> tuple[Slice, ...]:
    """An evening's rate in slices of ten minutes."""
    chance = random.Random(3)  # noqa: S311 - a made-up evening
    start = NOW - timedelta(hours=6)
    return tuple(
        Slice(start + timedelta(minutes=10 * i), max(20.0, 190 + 60 * chance.uniform(-1, 1) - (i % 11) * 6))
        for i in range(37)
    )


def alive(pid: int, since: timedelta, command: str) -> ProcessSeen:
    """A process that runs."""
    started = NOW - since
    return ProcessSeen(
        Presence.ALIVE,
        identity=Identity("boot", pid, started.timestamp()),
        started_at=started,
        cpu_percent=3.4,
        rss_bytes=412_000_000,
        status="sleeping",
        command=tuple(command.split()),
        user="ops",
    )


def gone(pid: int, since: timedelta) -> ProcessSeen:
    """A process that was seen and is no longer there."""
    return ProcessSeen(Presence.GONE, identity=Identity("boot", pid, 1.0), gone_since=NOW - since)


def phase(name: str, state: PhaseState = PhaseState.WAITING, **known: object) -> PhaseView:
    """A phase of which nothing is known but what is given."""
    blank = PhaseView(
        name=name,
        title=name,
        state=state,
        why="",
        writes=None,
        dates=None,
        account=Account(counts=Counts(total=None)),
        process=ProcessSeen(Presence.UNKNOWN),
    )
    return replace(blank, **known)  # type: ignore[arg-type]


def _fix() -> PhaseView:
    return phase(
        "team_offense_fix",
        PhaseState.RUNNING,
        why="running, at 2023-10-10",
        writes="nba_analytics.team_offense_game_summary",
        dates=FIX,
        account=account(FIX, 739, runs=(run(NOW - timedelta(hours=3, minutes=46), None, RunEnd.OPEN, FIX, 944),)),
        process=alive(
            3142833, timedelta(hours=3, minutes=46), "python team_offense_backfill.py --start-date 2021-10-01"
        ),
        logs=(LogSeen("logs/team_offense_bug_fix.log", 812_331, 1.0, NOW - timedelta(seconds=3)),),
        critical=True,
        rate_per_hour=207.0,
        forecast=forecast((20, 58), (21, 15), (21, 31)),
        prospect=prospect(None, ((20, 58), (21, 15), (21, 31)), "calendar"),
        past=past(),
        costs=(
            ClassCost("with work", 24.0, 34.5, 58.0, seen=541, left=121.0),
            ClassCost("without", 2.1, 3.0, 4.2, seen=198, left=84.0),
        ),
        throughput=throughput(),
        log_age_s=3.1,
        timeline=Timeline(tonight((21, 15)), 0.0, "on_track", expected_start=tonight((16, 28)), changed_s=360.0),
        calendar={day: float(games(day)) for day in days(FIX)},
    )


def _phase1() -> PhaseView:
    holes = (date(2024, 2, 14), date(2024, 2, 15))
    failed = tuple(date(2022, 11, 8) + timedelta(days=61 * i) for i in range(9))
    runs = (
        run(NOW - timedelta(hours=7), NOW - timedelta(hours=2, minutes=16), RunEnd.KILLED, FOUR_YEARS, 1537),
        run(NOW - timedelta(hours=2), NOW - timedelta(hours=1, minutes=11), RunEnd.KILLED, FOUR_YEARS, 687),
    )
    return phase(
        "team_offense",
        PhaseState.STOPPED,
        why="stopped by hand at 57 %",
        writes="nba_analytics.team_offense_game_summary",
        dates=FOUR_YEARS,
        account=account(FOUR_YEARS, 889, failed=failed, missing=holes, running=False, runs=runs),
        process=gone(3022978, timedelta(hours=1, minutes=11)),
        logs=(LogSeen("logs/team_offense_backfill_phase1.log", 1_412_331, 1.0, NOW - timedelta(minutes=71)),),
        checkpoint=CheckpointSeen(
            "/tmp/backfill_checkpoints/team_offense.json",  # noqa: S108 - a path to show, never opened
            updated_at=NOW - timedelta(minutes=72),
            last_successful_date=date(2024, 3, 25),
            holes=holes,
            holes_basis="calendar",
        ),
        log_age_s=4271.0,
        suites=(suites.offense(),),
        judgement=suites.PASSED,
        throughput=throughput(),
        calendar={day: float(games(day)) for day in days(FOUR_YEARS)},
    )


def _upstream(name: str, ok: bool, detail: str) -> Condition:
    return Condition(name, ok, detail, Kind.UPSTREAM, name)


def _waiting() -> tuple[PhaseView, ...]:
    return (
        phase(
            "player_game_summary",
            why="waits for team_offense_fix",
            writes=PLAYERS,
            dates=FIX,
            gate=(
                _upstream("team_offense_fix", False, "running: running at 78 %"),
                Condition("input team_offense", None, "it was not run yet", Kind.INPUT, "team_offense"),
                Condition(
                    f"only writer of {PLAYERS}", True, "no other live writer of its dates", Kind.WRITER, PLAYERS
                ),
                Condition("no live run", True, "nobody is at it", Kind.LIVE_RUN),
                Condition("start", True, "auto: `run` starts it by itself", Kind.START),
            ),
            account=account(FIX, 0, running=False),
            critical=True,
            prospect=prospect(((21, 0), (21, 17), (21, 33)), ((21, 20), (21, 45), (22, 5)), "history"),
            timeline=Timeline(tonight((21, 44)), 60.0, "on_track", expected_start=tonight((21, 15))),
            suites=(suites.ready(),),
        ),
        phase(
            "composite_factors",
            PhaseState.FAILED,
            why="gone without a summary at 14 %",
            dates=FOUR_YEARS,
            account=account(
                FOUR_YEARS,
                217,
                running=False,
                runs=(run(tonight((17, 20)), tonight((20, 0)), RunEnd.KILLED, FOUR_YEARS, 1537),),
            ),
            process=gone(3103456, timedelta(minutes=14)),
            logs=(LogSeen("logs/phase4_pcf.log", 44_000, 0.34, NOW - timedelta(minutes=14)),),
            critical=True,
            prospect=prospect(((21, 22), (21, 47), (22, 7)), ((4, 40), (5, 45), (6, 50)), "history"),
            timeline=Timeline(tonight((2, 0)), 13_500.0, "delayed", expected_start=tonight((21, 45))),
            log_age_s=840.0,
            suites=suites.of_factors(),
            judgement=suites.FAILED,
        ),
        phase(
            "ml_training",
            critical=True,
            gate=(_upstream("composite_factors", False, "failed: gone without a summary at 14 %"),),
            prospect=prospect(((4, 41), (5, 46), (6, 51)), ((4, 45), (5, 50), (6, 55)), "plan"),
            timeline=Timeline(tonight((2, 30)), 12_000.0, "delayed", expected_start=tonight((2, 0))),
        ),
    )


def alerts() -> tuple[Alert, ...]:
    """Three alerts of three ages."""
    return (
        Alert(
            "a",
            Severity.CRITICAL,
            "composite_factors",
            NOW - timedelta(minutes=14),
            "composite_factors is gone without a summary",
            "Its process ended at 14 %, after 2022-05-24; 1,320 dates are left.",
            "open it (enter) and see the end of its log",
        ),
        Alert(
            "b",
            Severity.WARNING,
            "team_offense_fix",
            NOW - timedelta(minutes=33),
            "rate −22 % in 30 min",
            "207 dates an hour, 265 before.",
            "",
        ),
        Alert(
            "c",
            Severity.WARNING,
            "team_offense",
            NOW - timedelta(minutes=71),
            "2 dates were passed over",
            "The resume began at 2024-02-16; 2024-02-14 and 2024-02-15 have no outcome.",
            "run them again with --dates",
        ),
    )


@cache
def phases() -> tuple[PhaseView, ...]:
    """The phases of the night."""
    return (_fix(), _phase1(), *_waiting())


def night(sequence: int = 1) -> Snapshot:
    """The night of 3 January 2026 at 20:14."""
    return Snapshot(
        plan="nba-night",
        at=NOW,
        timezone="America/Los_Angeles",
        phases=phases(),
        alerts=alerts(),
        deadline=DeadlineProspect("ml_training", tonight((6, 30)), probability=0.71),
        critical_path=("team_offense_fix", "player_game_summary", "composite_factors", "ml_training"),
        record=Record(held=33, of=40),
        sequence=sequence,
    )


def nothing(sequence: int = 1) -> Snapshot:
    """A machine on which nothing runs."""
    return Snapshot(plan="this machine", at=NOW, timezone="America/Los_Angeles", phases=(), sequence=sequence)


@cache
def log_lines() -> tuple[str, ...]:
    """Lines of a day-by-day job, three a date."""
    lines = []
    at = datetime(2026, 1, 3, 16, 28, 0)  # noqa: DTZ001 - a log's own clock has no zone
    for index, day in enumerate(days(FIX)[:739]):
        number = games(day)
        outcome = f"Saved {2 * number} records via MERGE_UPDATE" if number else f"No games scheduled for {day}"
        for text in (f"Processing day {index + 1}/944: {day}", outcome, f"  ✓ Success: {2 * number} records"):
            lines.append(f"{at:%Y-%m-%d %H:%M:%S},{index % 1000:03d} - INFO - {text}")
            at += timedelta(seconds=6)
    return tuple(lines)


@cache
def offsets() -> tuple[int, ...]:
    """Where each date's first line begins in the log, in bytes."""
    ends = accumulate(len(line.encode()) + 1 for line in log_lines())
    return (0, *ends)[::3]
