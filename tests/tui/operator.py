"""An operator that does nothing: it notes what it is asked and answers what a test wants."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path

from backfill_tui.control.attempt import Acceptance, Attempt, Kind, Order, Stage
from backfill_tui.control.model import Alert, Condition
from backfill_tui.control.offer import Entry, LaunchOffer, StopOffer, StopResult, Target
from backfill_tui.sources.presence import Identity
from tests.tui import example

AT = example.NOW.astimezone(UTC)
OPEN = (
    Condition("team_offense_fix", True, "passed: its suites pass"),
    Condition("only writer of nba_analytics.player_game_summary", True, "no other live writer of its dates"),
    Condition("no live run", True, "nobody is at it"),
    Condition("command", True, ".venv/bin/python can be run"),
    Condition("start", True, "auto: `run` starts it by itself"),
)
CLOSED = (
    Condition("team_offense_fix", False, "running: running at 78 %"),
    Condition("input team_offense", None, "was not run yet"),
    *OPEN[1:],
)
COMMAND = (
    ".venv/bin/python",
    "backfill_jobs/player_game_summary_backfill.py",
    "--start-date",
    "2021-10-01",
    "--end-date",
    "2024-05-01",
    "--note",
    "after  the fix [bold]",
)


def order(phase: str = "player_game_summary", **known: object) -> Order:
    """What would be launched."""
    made = Order(
        phase=phase,
        commands=(COMMAND,),
        cwd=Path("/srv/nba"),
        env={"PYTHONPATH": ".", "API_TOKEN": "s3cret"},
        log=Path("/srv/nba/logs/player_game_summary.log"),
        writes="nba_analytics.player_game_summary",
        dates=example.FIX,
    )
    return replace(made, **known)  # type: ignore[arg-type]


def launch_offer(phase: str = "player_game_summary", *, closed: bool = False) -> LaunchOffer:
    """A launch with its gate open, or closed by two conditions."""
    return LaunchOffer(
        order=order(phase),
        number=2,
        conditions=CLOSED if closed else OPEN,
        run_folder=Path(f"/srv/nba/.backfill-tui/runs/{phase}.2"),
        at=AT,
        again=True,
    )


def retry_offer(phase: str = "team_offense") -> LaunchOffer:
    """A retry of eleven dates."""
    days = (date(2024, 2, 14), date(2024, 2, 15), *(date(2022, 11, 8) + timedelta(days=61 * i) for i in range(9)))
    command = (".venv/bin/python", "team_offense_backfill.py", "--dates", ",".join(map(str, sorted(days))))
    made = order(phase, kind=Kind.RETRY, commands=(command,), days=tuple(sorted(days)), env={})
    return LaunchOffer(made, 3, OPEN[1:4], Path(f"/srv/nba/.backfill-tui/runs/{phase}.3"), AT, again=True)


def attempt(offer: LaunchOffer | None = None) -> Attempt:
    """What comes of an offer: a process."""
    offer = offer or launch_offer()
    identity = Identity("boot", 4711, 1.0)
    return Attempt(offer.order, offer.number, "screen", "ops", AT, Stage.RUNNING, identity=identity)


STOP = StopOffer(
    "team_offense_fix",
    Identity("boot", 3142833, 1.0),
    (
        Target(3142833, "python team_offense_backfill.py --start-date 2021-10-01 --end-date 2024-05-01"),
        Target(3142840, "python -c from multiprocessing.spawn import spawn_main"),
    ),
    grace_s=30.0,
    adopted=True,
    restarters=("phase_1 of the plan nightly starts by itself and writes its table too.",),
)

HISTORY = (
    Entry(AT - timedelta(minutes=3), "validate", "composite_factors", "a screen", "factors", outcome="fail"),
    Entry(
        AT - timedelta(minutes=12),
        "launch",
        "composite_factors",
        "the plan, run by ops",
        "attempt 1",
        outcome="ended by SIGKILL",
        ended_at=AT - timedelta(minutes=4),
    ),
    Entry(
        AT - timedelta(minutes=71),
        "stop",
        "team_offense",
        "ops",
        "pid 3022978",
        "would overwrite the fix on 926 days",
    ),
    Entry(AT - timedelta(hours=2), "accept", "team_offense", "ops", "team_offense", "summer holes are known"),
    Entry(
        AT - timedelta(hours=5),
        "retry",
        "team_offense",
        "ops",
        "attempt 2",
        "the gate is wrong about its writer",
        "exit code 0",
        AT - timedelta(hours=4),
        (date(2024, 2, 14), date(2024, 2, 15)),
    ),
    Entry(AT - timedelta(days=2), "launch", "team_offense", "ops", "attempt 1", outcome="exit code 1"),
)


class FakeOperator:
    """Notes what it is asked. What it was told to hold up goes on when it is released."""

    def __init__(self, *, closed: bool = False, hold: bool = False) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.closed = closed
        self.refusal: Exception | None = None  # of an offer
        self.failure: Exception | None = None  # of doing it
        self.launch_offer: LaunchOffer | None = None  # in place of the one that there always is
        self.stop_offer = STOP
        self.ends: StopResult = "ended"
        self.entries: tuple[Entry, ...] = HISTORY
        self._go_on = asyncio.Event()
        if not hold:
            self._go_on.set()

    @property
    def done(self) -> list[tuple[object, ...]]:
        """What it was asked to do, offers aside."""
        return [call for call in self.asked if not str(call[0]).startswith("offer")]

    async def offer_launch(self, phase: str) -> LaunchOffer:
        self._offer("offer_launch", phase)
        return self.launch_offer or launch_offer(phase, closed=self.closed)

    async def offer_retry(self, phase: str) -> LaunchOffer:
        self._offer("offer_retry", phase)
        return retry_offer(phase)

    async def launch(self, offer: LaunchOffer, *, override: str | None = None) -> Attempt:
        await self._do(offer.order.kind.value, offer.order.phase, override)
        return attempt(offer)

    async def offer_stop(self, phase: str) -> StopOffer:
        self._offer("offer_stop", phase)
        return replace(self.stop_offer, phase=phase)

    async def stop(self, offer: StopOffer, *, reason: str) -> StopResult:
        await self._do("kill" if offer.kill else "stop", offer.phase, reason)
        if self.ends == "still_there":
            self.stop_offer = replace(self.stop_offer, kill=True)
        return self.ends

    async def accept(self, phase: str, *, reason: str) -> Acceptance:
        await self._do("accept", phase, reason)
        return Acceptance(phase, reason, "ops", AT)

    async def acknowledge(self, alerts: Sequence[Alert]) -> None:
        await self._do("acknowledge", *(alert.id for alert in alerts))

    async def history(self) -> tuple[Entry, ...]:
        if self.refusal is not None:
            raise self.refusal
        return self.entries

    def release(self) -> None:
        self._go_on.set()

    def _offer(self, *question: object) -> None:
        self.asked.append(question)
        if self.refusal is not None:
            raise self.refusal

    async def _do(self, *what: object) -> None:
        self.asked.append(what)
        await self._go_on.wait()
        if self.failure is not None:
            raise self.failure
