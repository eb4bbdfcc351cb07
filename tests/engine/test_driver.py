"""A night driven on real jobs: what mends is tried again, what is the same is said once, and leaving is prompt."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backfill_tui.control.attempt import Attempt, Stage
from backfill_tui.control.ledger import LedgerError
from backfill_tui.engine import bench as benches
from backfill_tui.engine.bench import Bench
from backfill_tui.engine.claims import RivalError
from backfill_tui.engine.driver import Driver, Happening
from backfill_tui.engine.snapshot import Snapshot
from tests.engine.benches import DEAF, Site, looking, until

AUTO = "plan: small\nphases:\n  p: {start: auto, command: [sh, -c, 'echo once >> ran']}\n"
JUDGED = """
plan: small
phases:
  p:
    command: [sh, -c, 'echo once >> ran']
    inputs: [{suite: by_command}]
    start: auto
suites:
  by_command: {commands: {verdict: {run: ["true"]}}}
"""
TIMED = f"""
plan: small
phases:
  deaf: {{grace: GRACE, timeout: 0.1s, on_timeout: stop, command: {DEAF.format(name="deaf")}}}
  a: {{suites: [slow], command: ["true"]}}
  b: {{suites: [slow], command: ["true"]}}
  c: {{suites: [slow], command: ["true"]}}
  d: {{suites: [slow], command: ["true"]}}
suites:
  slow: {{commands: {{verdict: {{run: ["true"]}}}}}}
"""

Launch = Callable[..., Attempt]


def failing(bench: Bench, *errors: Exception) -> list[int]:
    """Launches raise these, one after the other, then they are as they are. Counts all of them."""
    real: Launch = bench.operator.launch
    left, calls = list(errors), [0]

    def launch(*asked: Any, **more: Any) -> Attempt:
        calls[0] += 1
        if left:
            raise left.pop(0)
        return real(*asked, **more)

    bench.operator.launch = launch
    return calls


def texts(said: list[Happening]) -> list[str]:
    return [one.text for one in said]


def quiet(bench: Bench, driver: Driver, *, after: timedelta = timedelta(0)) -> None:
    """So many looks that whatever is due has been begun, and has been seen to be done."""
    for _ in range(6):
        snapshot = bench.look(datetime.now(UTC) + after)
        driver.tick(snapshot)
        until(lambda: not driver.at_work)


def test_a_rival_of_a_moment_ago_does_not_cost_the_phase_its_night(site: Site) -> None:
    bench, said = site.bench(AUTO, asked_by="auto"), list[Happening]()
    calls = failing(bench, RivalError("p was not started: x writes it, since a moment ago."))
    driver = site.driver(bench, said)
    looking(bench, driver, lambda now: now.phase("p").attempt is not None)
    until(lambda: not driver.at_work)
    assert calls[0] == 2
    assert [text.startswith("started as attempt 1") for text in texts(said)] == [True]


@pytest.mark.parametrize(
    "error",
    [LedgerError("the disk does not take it."), OSError("no descriptor left"), RivalError("others are unknown")],
)
def test_what_may_mend_is_tried_again_after_a_pause_and_said_once(site: Site, error: Exception) -> None:
    bench, said = site.bench(AUTO, asked_by="auto"), list[Happening]()
    calls = failing(bench, *[error] * 5)
    driver = site.driver(bench, said)
    quiet(bench, driver)
    tried = calls[0]
    assert tried == (2 if isinstance(error, RivalError) else 1)
    assert len(said) == 1
    assert str(error) in said[0].text
    assert said[0].failed
    quiet(bench, driver)
    assert calls[0] == tried
    quiet(bench, driver, after=timedelta(seconds=61))
    assert calls[0] > tried
    assert len(said) == 1
    assert not driver.is_over(bench.look())


def test_another_sentence_is_said(site: Site) -> None:
    bench, said = site.bench(AUTO, asked_by="auto"), list[Happening]()
    failing(bench, LedgerError("it is held."), LedgerError("the disk is full."))
    driver = site.driver(bench, said)
    quiet(bench, driver)
    driver.tick(bench.look(datetime.now(UTC) + timedelta(seconds=61)))
    until(lambda: not driver.at_work)
    assert texts(said) == ["it is held. It is tried again.", "the disk is full. It is tried again."]


def test_an_attempt_that_was_never_started_is_not_made_again(site: Site) -> None:
    bench, said = (
        site.bench(AUTO.replace("sh, -c, 'echo once >> ran'", "./job"), asked_by="auto"),
        list[Happening](),
    )
    driver = site.driver(bench, said)
    job = site.folder / "job"
    job.write_bytes(b"\x7fELF, and no program")
    job.chmod(0o755)
    looking(bench, driver, lambda now: now.phase("p").attempt is not None and driver.is_over(now))
    (attempt,) = bench.ledger.attempts.all()
    assert attempt.stage is Stage.NOT_STARTED
    assert driver.result(bench.look()).exit_code != 0


def test_a_clock_that_was_set_back_holds_nothing_up(site: Site) -> None:
    bench, said = site.bench(JUDGED, asked_by="auto"), list[Happening]()
    driver = site.driver(bench, said)
    driver.tick(bench.look())
    until(lambda: not driver.at_work)

    def seen(now: Snapshot) -> bool:
        driver.tick(replace(now, at=now.at - timedelta(hours=3)))
        return now.phase("p").attempt is not None

    until(lambda: seen(bench.look()))


def test_what_the_plan_asked_for_is_recorded_as_the_plans(site: Site) -> None:
    bench = site.bench(JUDGED, asked_by="auto")
    driver = site.driver(bench, [])
    looking(bench, driver, lambda now: now.phase("p").attempt is not None)
    entries = bench.ledger.history.entries()
    assert {entry.action for entry in entries} == {"launch", "validate"}
    assert all(entry.who.startswith("the plan") for entry in entries)


def overdue(bench: Bench) -> Snapshot:
    """A look that finds it past its time-out."""
    until(lambda: (now := bench.look()).facts["deaf"].over_time_s(now.at) is not None)
    return bench.newest


def test_a_stop_does_not_wait_for_four_long_validations(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, said = site.bench(TIMED.replace("GRACE", "10m"), asked_by="auto"), list[Happening]()
    judged, go = set[str](), threading.Event()

    def judge(phase: str, **_: object) -> None:
        judged.add(phase)
        go.wait(20)

    monkeypatch.setattr(bench.judging, "judge", judge)
    for phase in "abcd":
        bench.operator.launch(bench.operator.offer_launch(phase))
    driver = site.driver(bench, said)
    try:
        looking(bench, driver, lambda _: judged == set("abcd"))
        site.launched(bench, "deaf")
        looking(bench, driver, lambda _: site.heard("deaf"))
    finally:
        go.set()


def test_leaving_does_not_wait_for_a_grace_and_says_what_was_sent(site: Site) -> None:
    bench, said = site.bench(TIMED.replace("GRACE", "10m"), asked_by="auto"), list[Happening]()
    site.launched(bench, "deaf")
    driver = site.driver(bench, said)
    driver.tick(overdue(bench))
    until(lambda: site.heard("deaf"))
    driver.close()  # would wait the ten minutes
    assert texts(said)[-1] == "was sent SIGTERM, and has not ended yet; its end is not waited for"
    kept = bench.ledger.stops.newest("deaf")
    assert kept is not None
    assert kept.asked_by == "auto"
    assert bench.look().phase("deaf").process.alive


def test_the_plan_never_kills(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, said = site.bench(TIMED.replace("GRACE", "0.2s"), asked_by="auto"), list[Happening]()
    site.launched(bench, "deaf")
    assert bench.operator.stop(bench.operator.offer_stop("deaf"), reason="by hand") == "still_there"
    before = overdue(bench)
    blind = replace(before, facts={**before.facts, "deaf": replace(before.facts["deaf"], stop=None)})
    driver = site.driver(bench, said)
    driver.tick(blind)  # a look that has not seen that it was asked already
    until(lambda: said)
    assert "SIGKILL is a person's to send" in said[0].text
    assert bench.look().phase("deaf").process.alive
    kept = bench.ledger.stops.newest("deaf")
    assert kept is not None
    assert kept.killed_at is None


def test_suites_whose_findings_could_not_be_kept_count_as_not_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, said = site.bench(JUDGED, asked_by="auto"), list[Happening]()
    judged = [0]

    def judge(_phase: str, **_: object) -> None:
        judged[0] += 1
        raise LedgerError("the disk does not take it.")

    monkeypatch.setattr(bench.judging, "judge", judge)
    driver = site.driver(bench, said)
    for minutes in range(6):
        quiet(bench, driver, after=timedelta(minutes=2 * minutes))
    assert judged[0] == 6
    assert len([one for one in said if one.failed]) == 1


def test_whoever_wants_to_leave_is_heard_while_the_first_look_takes_its_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warehouse that takes the question for its calendar, and never answers."""
    monkeypatch.setattr(benches, "_SLICE_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        plan = f"""
plan: small
warehouse: {{backend: bigquery, project: p, api_endpoint: "http://127.0.0.1:{silent.getsockname()[1]}"}}
calendar: {{sql: SELECT 1}}
phases: {{p: {{dates: {{start: 2024-01-01, end: 2024-01-05}}, command: ["true"]}}}}
"""
        stop, made = threading.Event(), list[Bench]()
        making = threading.Thread(target=lambda: made.append(site.bench(plan, stop=stop)))
        making.start()
        asking, _ = silent.accept()
        with asking:
            assert not made
            stop.set()
            making.join(20)
            assert made
