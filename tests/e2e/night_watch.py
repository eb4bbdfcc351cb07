"""A night of the demo under the real engine, look by look: which alerts were shown, and when there was evidence.

Evidence is looked for in what lies on the disk and in who is alive, not in what the product makes of it.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.control.ledger import Ledger
from backfill_tui.control.model import UNDER_WAY, Alert, Severity
from backfill_tui.demo import cast
from backfill_tui.demo.night import prepare, start
from backfill_tui.demo.script import Scenario
from backfill_tui.engine.bench import Bench
from backfill_tui.engine.feed import TICK_S
from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.snapshot import Snapshot

AFTERWARDS = 4  # looks that are taken once nothing runs any more
PATIENCE_S = 900.0

Evidence = Callable[[Path], bool]


@dataclass(slots=True)
class Shown:
    """One alert over the night: as it was shown first, in which look, and in how many spells."""

    alert: Alert
    look: int
    spells: int = 1


@dataclass(slots=True)
class Watched:
    """What a whole night came to. Looks are numbered from 1, times are of the clock."""

    shown: dict[str, Shown] = field(default_factory=dict)
    evident: dict[str, int] = field(default_factory=dict)  # the look before which the evidence was found first
    overdue: set[str] = field(default_factory=set)  # phases under way when they should have been done
    looks: int = 0
    last: Snapshot | None = None

    def take(self, snapshot: Snapshot) -> None:
        """One look."""
        before = {alert.id for alert in self.last.alerts} if self.last else set()
        for alert in snapshot.alerts:
            known = self.shown.get(alert.id)
            if known is None:
                self.shown[alert.id] = Shown(alert, self.looks)
            elif alert.id not in before:
                known.spells += 1
        for view in snapshot.phases:
            expected = view.timeline.expected_finish if view.timeline else None
            if expected is not None and snapshot.at > expected and view.state in UNDER_WAY:
                self.overdue.add(view.name)
        self.last = snapshot

    def of(self, *severities: Severity) -> set[str]:
        """The ids of what was shown at those severities."""
        return {name for name, one in self.shown.items() if one.alert.severity in severities}

    def delay(self, name: str) -> int:
        """How many ticks after its evidence it was shown; 1: with the first look that could see it."""
        return self.shown[name].look - self.evident[name] + 1


def watch(scenario: Scenario, folder: Path, *, speed: float, evidence: Mapping[str, Evidence]) -> Watched:
    """Play a night to its end and look at it at the rhythm of a screen."""
    watched = Watched()
    with _bench(scenario, folder, speed) as bench:
        left = AFTERWARDS
        deadline = time.monotonic() + PATIENCE_S
        while left:
            assert time.monotonic() < deadline, "the night did not come to its end"
            next_at = time.monotonic() + TICK_S
            left = AFTERWARDS if cast.running(folder) else left - 1
            watched.looks += 1
            for name in evidence.keys() - watched.evident.keys():
                if evidence[name](folder):
                    watched.evident[name] = watched.looks
            snapshot = bench.look()
            watched.take(snapshot)
            bench.attend(snapshot)
            time.sleep(max(0.0, next_at - time.monotonic()))  # the rhythm of a screen, not something awaited
    return watched


@contextmanager
def _bench(scenario: Scenario, folder: Path, speed: float) -> Iterator[Bench]:
    prepare(folder, scenario, 7, speed)
    opened = open_plan(folder / "backfill.yaml", now=datetime.now(UTC), environ=os.environ)
    with closing(Ledger.open(opened.plan.state_dir)) as ledger:
        try:
            start(folder)
            with closing(Bench(opened, ledger, asked_by="command")) as bench:
                yield bench
        finally:
            cast.stop(folder, grace_s=2.0)


# Evidence


def alive(*roles: str) -> Evidence:
    """All of them run now, and each has begun to print."""

    def is_there(folder: Path) -> bool:
        members = {member.role: member for member in cast.running(folder)}
        return all(role in members and (folder / members[role].log).stat().st_size for role in roles)

    return is_there


def gone_without(role: str, log: str, last_words: str) -> Evidence:
    """It has been there, is not any more, and its log does not have these words."""

    def is_there(folder: Path) -> bool:
        text = text_of(folder / log)
        return bool(text) and last_words not in text and role not in {one.role for one in cast.running(folder)}

    return is_there


def said(log: str, words: str, times: int = 1, *, not_before: str = "") -> Evidence:
    """The log says so, so many times, behind the last `not_before`."""

    def is_there(folder: Path) -> bool:
        text = text_of(folder / log)
        tail = text.rpartition(not_before)[2] if not_before else text
        return tail.count(words) >= times

    return is_there


def judged_bad(phase: str, suite: str, *, is_input: bool) -> Evidence:
    """The ledger holds a verdict of that suite that is a failure."""
    question = "SELECT count(*) FROM suite_results WHERE (phase, suite, is_input, verdict) = (?, ?, ?, 'fail')"

    def is_there(folder: Path) -> bool:
        ledger = folder / cast.STATE_DIR / "ledger.sqlite3"
        with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
            ((found,),) = connection.execute(question, (phase, suite, is_input)).fetchall()
        return bool(found)

    return is_there


def text_of(path: Path) -> str:
    """What a log says so far; empty before it is there."""
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
