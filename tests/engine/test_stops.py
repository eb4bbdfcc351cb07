"""Stops of real processes: only the one that was shown, SIGKILL after SIGTERM, and leaving ends the waiting."""

import asyncio
import os
import signal
import threading
from dataclasses import replace

import psutil
import pytest

from backfill_tui.control.attempt import Attempt
from backfill_tui.engine.bench import Bench
from backfill_tui.engine.operating import Operating
from backfill_tui.engine.stops import StopChangedError
from tests.engine.benches import DEAF, Site, until
from tests.processes import lives


def plan_of(grace: str) -> str:
    return f"plan: small\nphases:\n  deaf: {{grace: {grace}, command: {DEAF.format(name='deaf')}}}\n"


def ended_from_outside(bench: Bench, attempt: Attempt) -> None:
    assert attempt.identity is not None
    os.killpg(attempt.identity.pid, signal.SIGKILL)
    until(lambda: bench.look().phase("deaf").process.alive is False)


def test_an_offer_to_kill_is_worth_nothing_once_another_process_has_taken_its_place(site: Site) -> None:
    bench = site.bench(plan_of("0.2s"))
    first = site.launched(bench, "deaf")
    operator = bench.operator
    assert operator.stop(operator.offer_stop("deaf"), reason="it hangs") == "still_there"
    old = operator.offer_stop("deaf")
    assert old.kill
    assert first.identity is not None
    assert old.identity.same_as(first.identity)

    ended_from_outside(bench, first)
    (site.folder / "deaf.heard").unlink()
    second = site.launched(bench, "deaf", again=True)
    with pytest.raises(StopChangedError, match="another process by now"):
        operator.stop(old, reason="it hangs")

    assert second.identity is not None
    assert psutil.pid_exists(second.identity.pid)
    assert not site.heard("deaf")
    kept = bench.ledger.stops.newest("deaf")
    assert kept is not None
    assert kept.identity.same_as(first.identity)
    assert kept.killed_at is None


def test_an_offer_to_ask_is_not_taken_by_another_process_either(site: Site) -> None:
    bench = site.bench(plan_of("0.2s"))
    first = site.launched(bench, "deaf")
    old = bench.operator.offer_stop("deaf")
    ended_from_outside(bench, first)
    site.launched(bench, "deaf", again=True)
    with pytest.raises(StopChangedError, match="another process by now"):
        bench.operator.stop(old, reason="too late")
    assert bench.ledger.stops.newest("deaf") is None
    assert not site.heard("deaf")


def test_nobody_is_killed_who_was_not_asked_before(site: Site) -> None:
    bench = site.bench(plan_of("0.2s"))
    attempt = site.launched(bench, "deaf")
    forged = replace(bench.operator.offer_stop("deaf"), kill=True)
    with pytest.raises(StopChangedError, match="asked by SIGTERM first"):
        bench.operator.stop(forged, reason="impatient")
    assert attempt.identity is not None
    assert psutil.pid_exists(attempt.identity.pid)
    assert bench.ledger.stops.newest("deaf") is None


def test_nobody_is_killed_before_their_grace_is_over(site: Site) -> None:
    bench = site.bench(plan_of("10m"))
    attempt = site.launched(bench, "deaf")
    offer = bench.operator.offer_stop("deaf")
    leaving = threading.Event()
    leaving.set()
    assert bench.operator.stop(offer, reason="now", cancel=leaving) == "still_there"
    assert not bench.operator.offer_stop("deaf").kill
    with pytest.raises(StopChangedError, match="was not asked to end its grace ago"):
        bench.operator.stop(replace(offer, kill=True), reason="now")
    assert attempt.identity is not None
    assert psutil.pid_exists(attempt.identity.pid)


def test_one_that_has_not_heeded_it_is_killed_and_recorded_as_killed(site: Site) -> None:
    bench = site.bench(plan_of("0.2s"))
    attempt = site.launched(bench, "deaf")
    operator = bench.operator
    assert operator.stop(operator.offer_stop("deaf"), reason="it hangs") == "still_there"
    assert operator.stop(operator.offer_stop("deaf"), reason="it hangs") == "ended"
    kept = bench.ledger.stops.newest("deaf")
    assert kept is not None
    assert kept.killed_at is not None
    until(lambda: (now := bench.look().phase("deaf").attempt) is not None and now.signal == "SIGKILL")
    assert attempt.identity is not None
    pid = attempt.identity.pid
    until(lambda: not lives(pid))


def test_leaving_the_screen_does_not_wait_for_the_grace_of_a_stop(site: Site) -> None:
    bench = site.bench(plan_of("10m"))
    attempt = site.launched(bench, "deaf")
    operating = Operating(bench.operator)

    async def stop_and_leave() -> None:
        offer = await operating.offer_stop("deaf")
        waiting = asyncio.create_task(operating.stop(offer, reason="leaving"))
        await asyncio.to_thread(until, lambda: site.heard("deaf"))
        assert not waiting.done()

    asyncio.run(stop_and_leave())  # would wait the ten minutes
    operating.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "operating"]
    assert attempt.identity is not None
    assert psutil.pid_exists(attempt.identity.pid)
    kept = bench.ledger.stops.newest("deaf")
    assert kept is not None
    assert kept.reason == "leaving"


def test_an_answer_and_an_error_reach_whoever_asked(site: Site) -> None:
    bench = site.bench(plan_of("1s"))
    operating = Operating(bench.operator)

    async def ask() -> None:
        assert await operating.history() == ()
        with pytest.raises(Exception, match="nothing of it is known to run"):
            await operating.offer_stop("deaf")

    asyncio.run(ask())
