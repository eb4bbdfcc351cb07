"""People told through a real server: once, whoever looks; again where it fails; never in anybody's way."""

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.control.ledger import FILE, Ledger
from backfill_tui.control.ledger.notices import Notices, Waiting
from backfill_tui.control.model import Alert, Severity
from backfill_tui.control.notices import Notice
from backfill_tui.control.notify import Messenger, NotSentError, send
from backfill_tui.engine.notifier_book import NotifierBook
from backfill_tui.engine.notifying import Notifying, unreachable
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.plan.load import load_plan
from backfill_tui.plan.resolved import Plan
from backfill_tui.sources.presence import Identity
from tests.engine.benches import until
from tests.engine.http_server import Served, serving

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
GONE = Alert("gone:a", Severity.CRITICAL, "a", NOW, "a is gone", "It ended.", "Start it again.")
SLOW = Alert("slow:a", Severity.WARNING, "a", NOW, "a is slow", "It is slow.", "Look.")
HIDDEN = "s3cr3t-t0ken"


def snapshot(*alerts: Alert, minutes: float = 0) -> Snapshot:
    return Snapshot("night", datetime.now(UTC) + timedelta(minutes=minutes), "UTC", (), alerts=alerts)


@dataclass
class Desk:
    """A plan's folder, in which several may tell of it."""

    folder: Path
    ending: ExitStack

    def plan(self, *addresses: str, notify_on: str = "[critical, warning]") -> Plan:
        path = self.folder / "backfill.yaml"
        text = f"plan: night\nnotify: {json.dumps(addresses)}\nnotify_on: {notify_on}\nphases: {{a: {{log: x}}}}\n"
        path.write_text(text)
        return load_plan(path, now=NOW, environ={})

    def ledger(self, plan: Plan) -> Ledger:
        ledger = Ledger.open(plan.state_dir)
        self.ending.callback(ledger.close)
        return ledger

    def teller(
        self,
        plan: Plan,
        messenger: Messenger = send,
        pauses_s: tuple[float, ...] = (0.05, 0.05),
        *,
        ledger: Ledger | None = None,
    ) -> Notifying:
        made = Notifying(plan, ledger or self.ledger(plan), messenger=messenger, pauses_s=pauses_s)
        self.ending.callback(made.close)
        return made

    def failing(self, plan: Plan) -> Sequence[str]:
        ledger = Ledger.existing(plan.state_dir)
        try:
            return [f"{one.label}: {one.why}" for one in NotifierBook(plan, ledger).look()]
        finally:
            if ledger is not None:
                ledger.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as ending:
        yield Desk(tmp_path, ending)


@pytest.fixture
def server() -> Iterator[Served]:
    with serving() as served:
        yield served


def titles(server: Served) -> list[str]:
    return [json.loads(body)["title"] for body in server.bodies]


def hook(server: Served) -> str:
    return f"json://127.0.0.1:{server.port}/"


def test_an_alert_is_told_when_it_comes_and_when_it_ends(desk: Desk, server: Served) -> None:
    teller = desk.teller(desk.plan(hook(server)))
    teller.take(snapshot(GONE))
    teller.settle(10)
    teller.take(snapshot(GONE, minutes=1))
    teller.take(snapshot(minutes=2))
    teller.settle(10)
    assert titles(server) == ["[night] critical: a is gone", "[night] over: a is gone"]


def test_only_what_is_wanted_is_told(desk: Desk, server: Served) -> None:
    teller = desk.teller(desk.plan(hook(server), notify_on="[critical]"))
    teller.take(snapshot(SLOW, replace(GONE, acknowledged=True)))
    teller.take(snapshot())
    teller.settle(10)
    assert titles(server) == []


def test_several_who_see_it_tell_it_once(desk: Desk, server: Served) -> None:
    plan = desk.plan(hook(server))
    tellers = [desk.teller(plan) for _ in range(4)]
    for seen in (snapshot(GONE, SLOW), snapshot(GONE, minutes=1), snapshot(minutes=2)):
        for teller in tellers:
            teller.take(seen)
        for teller in tellers:
            teller.settle(10)
    until(lambda: len(server.bodies) >= 4)
    assert sorted(titles(server)) == [
        "[night] critical: a is gone",
        "[night] over: a is gone",
        "[night] over: a is slow",
        "[night] warning: a is slow",
    ]


def test_an_address_that_hangs_delays_nothing_and_no_other(desk: Desk, server: Served) -> None:
    hanging = threading.Event()

    def messenger(address: str, notice: Notice) -> None:
        if "hangs" in address:
            hanging.wait(30)
        send(address, notice)

    plan = desk.plan("json://hangs", hook(server))
    teller = desk.teller(plan, messenger)
    began = time.monotonic()
    teller.take(snapshot(GONE))
    assert time.monotonic() - began < 0.5
    until(lambda: titles(server) == ["[night] critical: a is gone"])
    began = time.monotonic()
    teller.close()
    assert time.monotonic() - began < 5
    hanging.set()


def test_one_that_fails_is_tried_a_few_times_and_seen_to_fail_by_all_others(desk: Desk, server: Served) -> None:
    tried: list[str] = []

    def messenger(address: str, notice: Notice) -> None:
        if "dead" not in address:
            return send(address, notice)
        tried.append(notice.title)
        raise NotSentError("refused")

    plan = desk.plan("json://dead", hook(server))
    teller = desk.teller(plan, messenger)
    teller.take(snapshot(GONE))
    until(lambda: len(tried) == 4)
    until(lambda: desk.failing(plan) == ["notify[0] (json): refused"])
    alert = Alert("notifier:notify[0] (json)", Severity.WARNING, None, NOW, "notify[0] gets no messages", "", "")
    teller.take(snapshot(GONE, alert))
    until(lambda: len(server.bodies) == 2)
    assert titles(server)[1] == "[night] warning: notify[0] gets no messages"
    assert tried == ["[night] critical: a is gone"] * 4  # it is not told of itself


def test_one_that_recovers_gets_what_waited_in_its_order(desk: Desk, server: Served) -> None:
    down = threading.Event()
    down.set()

    def messenger(address: str, notice: Notice) -> None:
        if down.is_set():
            raise NotSentError("down")
        send(address, notice)

    plan = desk.plan(hook(server))
    teller = desk.teller(plan, messenger, (0.3, 0.3))
    teller.take(snapshot(GONE))
    until(lambda: desk.failing(plan))
    teller.take(snapshot(minutes=1))
    teller.settle(10)
    down.clear()
    until(lambda: len(server.bodies) == 2)
    assert titles(server) == ["[night] critical: a is gone", "[night] over: a is gone"]
    until(lambda: not desk.failing(plan))


def test_what_a_killed_teller_left_is_told_by_the_next(desk: Desk, server: Served, tmp_path: Path) -> None:
    """It is killed after it has claimed the alert, and before it could send it."""
    plan = desk.plan(hook(server))
    program = (
        "import sys, time\n"
        "from tests.engine.test_notifying import GONE, NOW, snapshot\n"
        "from pathlib import Path\n"
        "from backfill_tui.control.ledger import Ledger\n"
        "from backfill_tui.engine.notifying import Notifying\n"
        "from backfill_tui.plan.load import load_plan\n"
        "plan = load_plan(Path(sys.argv[1]), now=NOW, environ={})\n"
        "def messenger(address, notice): print('sending', flush=True); time.sleep(60)\n"
        "teller = Notifying(plan, Ledger.open(plan.state_dir), messenger=messenger)\n"
        "teller.take(snapshot(GONE))\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(plan.path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"sending\n"
        killed.kill()
    later = datetime.now(UTC) + timedelta(seconds=50)  # what it had taken on is free by then
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backfill_tui.engine.courier.datetime", _Clock(later))
        teller = desk.teller(plan)
        teller.take(snapshot(GONE))
        until(lambda: titles(server) == ["[night] critical: a is gone"])
        teller.take(snapshot(minutes=5))
        until(lambda: len(server.bodies) == 2)
    assert titles(server)[1] == "[night] over: a is gone"


class _Clock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self, _zone: object) -> datetime:
        return self._now


def test_an_alert_of_a_teller_that_is_gone_ends_too(
    desk: Desk, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfill_tui.engine.notifying.SETTLE_S", 0.0)
    plan = desk.plan(hook(server))
    first = desk.teller(plan)
    first.take(snapshot(GONE))
    first.settle(10)
    first.close()
    monkeypatch.setattr("backfill_tui.engine.notifying.is_alive", lambda _identity: False)
    monkeypatch.setattr("backfill_tui.engine.notifying.read_entry", _another_process)
    second = desk.teller(plan)
    second.take(snapshot(minutes=3))
    until(lambda: len(server.bodies) == 2)
    assert json.loads(server.bodies[1])["message"].startswith("It is not seen any more at")


def _another_process(_pid: int) -> object:
    from backfill_tui.sources.process_table import read_entry

    return read_entry(1)


def test_secrets_of_addresses_are_nowhere_in_the_state_folder(desk: Desk, server: Served) -> None:
    plan = desk.plan(f"json://me:{HIDDEN}@127.0.0.1:{server.port}/{HIDDEN}", f"json://127.0.0.1:1/{HIDDEN}")
    server.answers[f"/{HIDDEN}"] = (500, {})
    teller = desk.teller(plan)
    teller.take(snapshot(GONE))
    until(lambda: len(desk.failing(plan)) == 2)
    teller.close()
    assert HIDDEN not in " ".join(desk.failing(plan))
    for file in plan.state_dir.glob(f"{FILE}*"):
        assert HIDDEN.encode() not in file.read_bytes()


def test_an_address_that_waits_for_a_variable_is_said_and_not_an_alert(desk: Desk) -> None:
    plan = desk.plan("${NO_SUCH_VARIABLE}")
    assert unreachable(plan) == (
        "notify[0]: the environment variable NO_SUCH_VARIABLE is not set, so nobody is told there.",
    )
    teller = desk.teller(plan)
    teller.take(snapshot(GONE))
    teller.settle(1)
    assert desk.failing(plan) == []


NO_TEXT = replace(SLOW, id="slow:b", phase="b", title="b is slow: bad byte \udcff")
"""Words of a command line that was no text, which no ledger takes as they are."""


def test_an_alert_that_cannot_be_claimed_keeps_no_other_from_being_told_and_is_said(
    desk: Desk, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfill_tui.engine.notifying._AGAIN_S", 0.01)
    plan = desk.plan(hook(server))
    teller = desk.teller(plan)
    teller.take(snapshot(NO_TEXT))
    until(lambda: desk.failing(plan) == ["notify[0] (json): telling of alerts broke (UnicodeEncodeError)"])
    teller.take(snapshot(NO_TEXT, GONE, minutes=1))
    until(lambda: titles(server) == ["[night] critical: a is gone"])
    teller.take(snapshot(minutes=2))
    until(lambda: titles(server)[1:] == ["[night] over: a is gone"])
    until(lambda: not desk.failing(plan))


def test_an_alert_that_cannot_be_claimed_is_said_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backfill_tui.engine.notifying._AGAIN_S", 0.01)
    plan = desk.plan("json://127.0.0.1:1/")
    ledger = desk.ledger(plan)
    tries = Tries(ledger.notices, monkeypatch)
    desk.teller(plan, ledger=ledger).take(snapshot(NO_TEXT))
    for _ in range(4):  # it goes on trying
        assert tries.ended.acquire(timeout=10)
    assert [one.failures for one in ledger.notices.failing()] == [1]


def test_a_courier_that_breaks_is_said_once_and_goes_on(
    desk: Desk, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfill_tui.engine.courier._POLL_S", 0.01)
    plan = desk.plan(hook(server))
    ledger = desk.ledger(plan)
    next_for, broken, mended = ledger.notices.next_for, threading.Semaphore(0), threading.Event()

    def odd(label: str, *, at: datetime, within_s: float) -> Waiting | None:
        if not mended.is_set():
            broken.release()
            raise ValueError("a row that another version wrote")
        return next_for(label, at=at, within_s=within_s)

    monkeypatch.setattr(ledger.notices, "next_for", odd)
    desk.teller(plan, ledger=ledger).take(snapshot(GONE))
    for _ in range(4):
        assert broken.acquire(timeout=10)
    assert [(one.why, one.failures) for one in ledger.notices.failing()] == [("it broke (ValueError)", 1)]
    mended.set()
    until(lambda: titles(server) == ["[night] critical: a is gone"])
    until(lambda: not desk.failing(plan))


class Tries:
    """How often an alert was to be claimed: each begins, and ends with what the ledger said."""

    def __init__(self, notices: Notices, patch: pytest.MonkeyPatch) -> None:
        self.begun, self.ended = threading.Semaphore(0), threading.Semaphore(0)
        tell = notices.tell

        def tried(alert: Alert, notice: Notice, to: Sequence[str], *, me: Identity) -> bool:
            self.begun.release()
            try:
                return tell(alert, notice, to, me=me)
            finally:
                self.ended.release()

        patch.setattr(notices, "tell", tried)


@contextmanager
def locked(plan: Plan) -> Iterator[None]:
    with closing(sqlite3.connect(plan.state_dir / FILE, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield


def test_a_ledger_that_is_locked_is_waited_for_while_looks_go_on_reading_it(
    desk: Desk, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfill_tui.control.ledger.faults.BUSY_S", 60.0)
    plan = desk.plan(hook(server))
    ledger = desk.ledger(plan)
    tries = Tries(ledger.notices, monkeypatch)
    teller, book = desk.teller(plan, ledger=ledger), NotifierBook(plan, ledger)
    with ThreadPoolExecutor(1) as look:
        with locked(plan):
            teller.take(snapshot(GONE))
            assert tries.begun.acquire(timeout=10)
            for _ in range(3):
                assert look.submit(book.look).result(10) == ()
                assert look.submit(ledger.notices.standing).result(10) == ()
            assert not tries.ended.acquire(blocking=False)  # it waits for its turn all the while
        until(lambda: titles(server) == ["[night] critical: a is gone"])


def test_a_ledger_that_is_locked_is_left_alone_for_a_while_however_many_looks_there_are(
    desk: Desk, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfill_tui.control.ledger.faults.BUSY_S", 0.0)
    monkeypatch.setattr("backfill_tui.engine.notifying._AGAIN_S", 60.0)
    plan = desk.plan(hook(server))
    ledger = desk.ledger(plan)
    tries = Tries(ledger.notices, monkeypatch)
    teller = desk.teller(plan, ledger=ledger)
    with locked(plan):
        teller.take(snapshot(GONE))
        assert tries.ended.acquire(timeout=10)
        assert tries.begun.acquire(timeout=10)
        for _ in range(10):
            teller.take(snapshot(GONE))
            assert not tries.begun.acquire(timeout=0.05)
    teller.close()
    assert "notices" not in [thread.name for thread in threading.enumerate()]  # leaving ends the wait
