"""Probes asked in the background: real programs, a real server, a real warehouse, and several who look."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import duckdb
import pytest

from backfill_tui.control.ledger import Ledger
from backfill_tui.control.probes import ProbeAnswer, ProbeSeen
from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.probe_book import ProbeBook
from backfill_tui.engine.probing import Probing
from backfill_tui.plan.resolved import Plan
from tests.engine.benches import until
from tests.engine.http_server import serving
from tests.processes import lives

PLAN = """
plan: small
timezone: UTC
warehouse: {{backend: duckdb, path: warehouse.duckdb}}
phases:
  any: {{command: ["true"]}}
probes:
{probes}
"""


@dataclass
class Room:
    """A plan with probes, one who asks them, and the book that tells of them."""

    plan: Plan
    probing: Probing
    book: ProbeBook

    def asked(self, name: str = "one") -> ProbeSeen:
        """The probe once it has an answer."""
        self.tick_until(lambda: self.seen(name).at)
        return self.seen(name)

    def seen(self, name: str = "one") -> ProbeSeen:
        return next(one for one in self.book.look() if one.name == name)

    def tick_until(self, holds: Callable[[], object]) -> None:
        def ticked() -> object:
            self.probing.tick(datetime.now(UTC))
            return holds()

        until(ticked)


class Opener(Protocol):
    """Opens a plan with these probes, some with intervals or times that no plan has."""

    def __call__(self, probes: str, *, every_s: float = 3600.0, timeout_s: float = 20.0) -> Room: ...


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Opener]:
    """Several times for several who look at one plan."""
    with ExitStack() as ending:

        def opened(probes: str, *, every_s: float = 3600.0, timeout_s: float = 20.0) -> Room:
            path = tmp_path / "backfill.yaml"
            path.write_text(PLAN.format(probes=f"  {probes}"))
            plan = open_plan(path, now=datetime.now(UTC), environ=os.environ).plan
            paced = (replace(probe, every_s=every_s, timeout_s=timeout_s) for probe in plan.probes)
            plan = replace(plan, probes=tuple(paced))
            ledger = Ledger.open(plan.state_dir)
            ending.callback(ledger.close)
            probing = Probing(plan, ledger)
            ending.callback(probing.close)
            return Room(plan, probing, ProbeBook(plan, ledger))

        yield opened


def test_a_program_runs_beside_the_plan_and_its_last_line_is_told(room: Opener, tmp_path: Path) -> None:
    seen = room("one: {run: [sh, -c, 'pwd; echo 12 jobs; exit 0']}").asked()
    assert (seen.ok, seen.detail, seen.value) == (True, "exit 0: 12 jobs", 0)


def test_a_program_that_fails_and_one_that_is_not_there_are_told_apart(room: Opener) -> None:
    probes = room("one: {run: [sh, -c, 'exit 3']}\n  two: {run: [no-such-program]}")
    assert (probes.asked().ok, probes.asked().value) == (False, 3)
    missing = probes.asked("two")
    assert missing.ok is None
    assert "could not be started" in missing.detail


def test_a_program_that_takes_too_long_is_killed_with_its_children(room: Opener, tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 60 & echo $! > child.pid; wait; sleep 60"
    seen = room(f'one: {{run: [sh, -c, "{script}"]}}', timeout_s=0.5).asked()
    assert (seen.ok, seen.detail) == (None, "no answer within 0.5 s")
    assert not lives(int((tmp_path / "child.pid").read_text()))


def test_an_address_and_its_status(room: Opener) -> None:
    with serving() as server:
        server.answers["/down"] = (503, {})
        probes = room(f"one: {{http: {server.address}/up}}\n  two: {{http: {server.address}/down}}")
        assert (probes.asked().ok, probes.asked().value) == (True, 200)
        assert probes.asked("two").detail == "status 503 (200 expected)"


def test_an_address_s_secrets_are_nowhere(room: Opener, tmp_path: Path) -> None:
    probes = room("one: {http: 'http://me:hidd3n@127.0.0.1:1/hidd3n?token=hidd3n'}")
    assert probes.asked().detail == "http://127.0.0.1:1: the connection was refused"
    for file in (tmp_path / ".backfill-tui").iterdir():
        assert b"hidd3n" not in file.read_bytes()


def test_a_query_in_the_warehouse(room: Opener, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("CREATE SCHEMA d; CREATE TABLE d.quota AS SELECT 91 AS used")
    probes = room(
        "one: {sql: SELECT used FROM d.quota, at_most: 90}\n"
        "  two: {sql: SELECT COUNT(*) FROM d.quota, at_least: 1}\n"
        "  three: {sql: SELECT x FROM d.none}"
    )
    assert (probes.asked().ok, probes.asked().detail) == (False, "91 (<= 90)")
    assert probes.asked("two").ok is True
    assert probes.asked("three").ok is None


def test_whoever_comes_later_knows_the_last_answers_and_asks_nothing(room: Opener, tmp_path: Path) -> None:
    probes = "one: {run: [sh, -c, 'echo x >> ran']}"
    first = room(probes).asked()
    later = room(probes)
    assert later.seen() == first
    for _ in range(3):
        later.probing.tick(datetime.now(UTC))
        later.probing.settle(5)
    assert (tmp_path / "ran").read_text() == "x\n"


def test_several_who_look_share_one_interval(room: Opener, tmp_path: Path) -> None:
    """For one second at a tenth of a second each: about ten askings, never one of each who looks."""
    rooms = [room("one: {run: [sh, -c, 'date +%s.%N >> ran']}", every_s=0.1) for _ in range(3)]
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:
        for one in rooms:
            one.probing.tick(datetime.now(UTC))
        time.sleep(0.005)
    for one in rooms:
        one.probing.settle(5)
    times = [float(text) for text in (tmp_path / "ran").read_text().split()]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert 3 <= len(times) <= 11
    assert sum(gaps) / len(gaps) >= 0.09


def test_a_slow_probe_is_never_asked_twice_at_once(room: Opener, tmp_path: Path) -> None:
    script = "echo in >> ran; while [ ! -e go ]; do sleep 0.02; done"
    rooms = [room(f"one: {{run: [sh, -c, '{script}']}}", every_s=0.05) for _ in range(2)]
    rooms[0].tick_until((tmp_path / "ran").exists)
    for tick in range(40):  # as if many intervals had passed
        for one in rooms:
            one.probing.tick(datetime.now(UTC) + timedelta(seconds=tick * 60))
        time.sleep(0.01)
    assert (tmp_path / "ran").read_text() == "in\n"
    (tmp_path / "go").touch()


def test_leaving_takes_back_what_is_asked_and_the_next_asks_at_once(room: Opener, tmp_path: Path) -> None:
    probes = "one: {run: [sh, -c, 'echo $$ > pid; [ -e go ] || sleep 60']}"
    first = room(probes)
    first.tick_until((tmp_path / "pid").exists)
    until((tmp_path / "pid").read_text)
    pid = int((tmp_path / "pid").read_text())
    first.probing.close()
    assert not lives(pid)
    assert first.seen().at is None
    (tmp_path / "go").touch()
    assert room(probes).asked().ok is True


def test_a_warehouse_that_cannot_be_opened_is_the_answer_of_its_queries_alone(
    room: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_plan: Plan) -> None:
        raise ImportError("no client library")

    monkeypatch.setattr("backfill_tui.engine.probing.open_warehouse", broken)
    probes = room("one: {sql: SELECT 1, at_least: 1}\n  two: {run: ['true']}")
    assert (probes.asked().ok, probes.asked().detail) == (None, "asking broke (ImportError)")
    assert probes.asked("two").ok is True


def test_an_answer_that_cannot_be_kept_is_replaced_by_that(room: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = ProbeAnswer(True, "bad byte \udcff")  # which no ledger takes
    monkeypatch.setattr("backfill_tui.engine.probing.ask_probe", lambda *_: odd)
    assert room("one: {run: ['true']}").asked().detail == "asking broke (UnicodeEncodeError)"


def test_a_first_answer_is_waited_for_only_where_somebody_may_ask(room: Opener) -> None:
    probes = room("one: {run: ['true']}")
    assert probes.seen().unanswered(datetime.now(UTC) + timedelta(hours=3))
    assert not probes.seen().unanswered(datetime.now(UTC) + timedelta(hours=1))
    looking = Ledger.existing(probes.plan.state_dir)
    assert looking is not None
    for ledger in (looking, None):
        assert [one.awaited_since for one in ProbeBook(probes.plan, ledger).look()] == [None]
    looking.close()
    assert probes.asked().awaited_since is None
