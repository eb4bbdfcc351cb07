"""What an attempt is concluded to be, from its folder, its lock and its process."""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.attempt import STEPS, Attempt, Order, Stage
from backfill_tui.control.launch import shim
from backfill_tui.control.launch.folder import Exit, Started, Trace
from backfill_tui.control.launch.reconcile import conclude, is_alive, look, settle
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import identity_of
from tests.control.launch.launch_site import LaunchSite, kill, reading

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
BOOT = "this-boot"
JOB = Identity(BOOT, 100, 1767470400.0, 5000.0)
ATTENDANT = Identity(BOOT, 99, 1767470400.0, 4999.99)
INTENT = Attempt(Order("p", (("true",),), Path("/")), 1, "command", "me", NOW)
STARTED = Started(NOW, NOW + timedelta(seconds=1), JOB, ATTENDANT)
ENDED = Exit(NOW, NOW + timedelta(hours=1), exit_code=3)
RUNNING = replace(INTENT, stage=Stage.RUNNING, identity=JOB, started_at=STARTED.at)


def concluded(attempt: Attempt, trace: Trace, *, alive: bool | None = None, boot_id: str = BOOT) -> Attempt:
    return conclude(attempt, trace, alive=alive, boot_id=boot_id)


@pytest.mark.parametrize(
    ("attempt", "trace", "alive", "stage"),
    [
        (INTENT, Trace(), None, Stage.INTENDED),
        (INTENT, Trace(there=True), None, Stage.INTENDED),
        (INTENT, Trace(there=True, locked=True), None, Stage.LAUNCHING),
        (INTENT, Trace(True, STARTED, locked=True), True, Stage.RUNNING),
        (INTENT, Trace(True, STARTED, locked=True), False, Stage.RUNNING),  # between two commands; a grandchild
        (INTENT, Trace(True, STARTED), True, Stage.RUNNING),  # it let go of the lock, its shim was killed
        (INTENT, Trace(True, STARTED), None, Stage.RUNNING),
        (INTENT, Trace(True, STARTED), False, Stage.LOST),
        (INTENT, Trace(True, STARTED, ENDED), False, Stage.ENDED),
        (INTENT, Trace(True, STARTED, ENDED, locked=True, holders=(7,)), False, Stage.RUNNING),
        (INTENT, Trace(True, STARTED, replace(ENDED, error="E.")), False, Stage.NOT_STARTED),
        (INTENT, Trace(True, None, replace(ENDED, error="E.")), None, Stage.NOT_STARTED),
        (INTENT, Trace(True, None, Exit(NOW, NOW, signal="SIGKILL")), None, Stage.NOT_STARTED),
        (INTENT, Trace(True, STARTED, replace(ENDED, error="E.", command=1)), False, Stage.ENDED),
        (RUNNING, Trace(), True, Stage.RUNNING),  # its folder was taken away
        (RUNNING, Trace(), False, Stage.LOST),
        (RUNNING, Trace(True, STARTED, replace(ENDED, error="E.")), False, Stage.NOT_STARTED),
        (replace(RUNNING, stage=Stage.LOST), Trace(True, STARTED, ENDED), False, Stage.ENDED),
        (replace(RUNNING, stage=Stage.LOST), Trace(True, STARTED), False, Stage.LOST),
        (replace(RUNNING, stage=Stage.ENDED, exit_code=0), Trace(True, STARTED), False, Stage.ENDED),
    ],
)
def test_the_stage_follows_from_what_is_there(
    attempt: Attempt, trace: Trace, alive: bool | None, stage: Stage
) -> None:
    assert concluded(attempt, trace, alive=alive).stage is stage


def test_an_end_is_told_with_all_that_was_recorded() -> None:
    ended = concluded(INTENT, Trace(True, STARTED, ENDED), alive=False)
    assert ended == replace(
        INTENT, stage=Stage.ENDED, identity=JOB, started_at=STARTED.at, ended_at=ENDED.at, exit_code=3
    )


@pytest.mark.parametrize(
    ("trace", "boot_id", "note"),
    [
        (
            Trace(True, STARTED),
            "next-boot",
            "The machine was started anew while it ran; how far it came is in its log and data only.",
        ),
        (
            Trace(True, STARTED),
            BOOT,
            "Process 100 is gone and nobody recorded how it ended: what waits for its end was killed too.",
        ),
        (
            Trace(True, STARTED, replace(ENDED, exit_code=None, signal="SIGTERM"), locked=True, holders=(7, 8)),
            BOOT,
            "Its command was ended by SIGTERM; processes 7, 8, which it started, go on.",
        ),
        (
            Trace(True, STARTED, ENDED, locked=True),
            BOOT,
            "Its command has ended with exit code 3; something that it started goes on.",
        ),
        (
            Trace(True, None, Exit(NOW, NOW, signal="SIGKILL")),
            BOOT,
            "Its process was ended by SIGKILL before it became the command.",
        ),
        (Trace(True, fault="It can't be read."), BOOT, "It can't be read."),
    ],
)
def test_what_is_not_plain_is_said(trace: Trace, boot_id: str, note: str) -> None:
    assert concluded(INTENT, trace, alive=False, boot_id=boot_id).note == note


def test_a_hidden_process_is_neither_alive_nor_gone() -> None:
    seen = concluded(RUNNING, Trace(True, STARTED), alive=None)
    assert seen.stage is Stage.RUNNING
    assert "The system hides process 100" in seen.note


stages = st.sampled_from([stage for stage in Stage if stage is not Stage.LAUNCHING])
intents = st.sampled_from([NOW, NOW - timedelta(days=1)])
identities = st.sampled_from([JOB, replace(JOB, boot_id="earlier"), replace(JOB, since_boot_s=1.0)])
starts = st.none() | st.builds(Started, intents, st.just(NOW), identities, st.just(ATTENDANT), st.integers(0, 2))
exits = st.none() | st.one_of(
    st.builds(Exit, intents, st.just(NOW), exit_code=st.integers(0, 255), command=st.integers(0, 2)),
    st.builds(Exit, intents, st.just(NOW), signal=st.just("SIGKILL"), command=st.integers(0, 2)),
    st.builds(Exit, intents, st.just(NOW), error=st.just("E."), command=st.integers(0, 2)),
)
traces = st.builds(Trace, st.booleans(), starts, exits, st.booleans(), st.sampled_from([(), (7,)]))


@given(stages, st.none() | identities, traces, st.none() | st.booleans())
def test_no_conclusion_is_a_step_that_the_ledger_does_not_know(
    stage: Stage, identity: Identity | None, trace: Trace, alive: bool | None
) -> None:
    before = replace(INTENT, stage=stage, identity=identity)
    after = concluded(before, trace, alive=alive)
    allowed = {stage, *STEPS[stage]} | ({Stage.LAUNCHING} if stage is Stage.INTENDED else set())
    assert after.stage in allowed
    assert after.exit_code is None or after.signal is None
    if after.stage is Stage.NOT_STARTED and stage is Stage.INTENDED:
        assert trace.exit is not None, "an intent without a process is never let go by a look"
    if trace.of not in (None, NOW):
        assert after.stage is stage, "the files of another launch say nothing"


def test_a_process_is_known_by_the_kernels_clock_whatever_the_walls_says(site: LaunchSite) -> None:
    me = identity_of(psutil.Process())
    assert me.since_boot_s is not None
    assert is_alive(replace(me, started_at=me.started_at - 7200)) is True
    assert is_alive(replace(me, since_boot_s=me.since_boot_s - 1)) is False
    assert is_alive(replace(me, boot_id="another")) is False


def letting_go_of_the_lock(pipe: Path) -> tuple[str, ...]:
    """A job that only its identity tells of."""
    return (sys.executable, "-c", f"import os; os.closerange(3, 1000); open({str(pipe)!r}).read()")


def rewritten(site: LaunchSite, attempt: Attempt, changes: Mapping[str, object]) -> None:
    path = site.folder_of(attempt).path / shim.STARTED
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"boot_id": "an-earlier-boot"}, "The machine was started anew while it ran"),
        ({"since_boot_s": 1.5}, "is gone and nobody recorded how it ended"),  # its number is another process's now
    ],
)
def test_a_number_that_belongs_to_another_process_is_not_the_job(
    site: LaunchSite, changes: Mapping[str, object], note: str
) -> None:
    pipe = site.pipe()
    attempt = site.launch(site.order(letting_go_of_the_lock(pipe)))
    with reading(pipe):
        kill(site.started(attempt).shim.pid)
        assert site.seen(attempt).stage is Stage.RUNNING
        rewritten(site, attempt, changes)
        seen = site.seen(attempt)
    assert seen.stage is Stage.LOST
    assert note in seen.note


def test_a_clock_that_was_set_hides_no_running_job(site: LaunchSite) -> None:
    pipe = site.pipe()
    attempt = site.launch(site.order(letting_go_of_the_lock(pipe)))
    with reading(pipe):
        kill(site.started(attempt).shim.pid)
        rewritten(site, attempt, {"started_at": 0.0})
        assert site.seen(attempt).stage is Stage.RUNNING


def test_a_look_writes_nothing_and_settling_only_new_stages(site: LaunchSite) -> None:
    attempt = site.launch(site.order(("sh", "-c", "exit 4")))
    before = site.ledger.attempts.newest("p")
    ended = site.end_of(attempt)
    assert before is not None
    assert site.ledger.attempts.newest("p") == before
    assert settle(site.ledger, before, ended) == ended == site.ledger.attempts.newest("p")
    version = site.ledger.version
    assert settle(site.ledger, ended, look(ended, site.runs)) == ended
    assert site.ledger.version == version


def test_who_settles_late_gets_what_is_known_by_then(site: LaunchSite) -> None:
    intent = site.intend(site.order(("true",)))
    running = replace(intent, stage=Stage.RUNNING, identity=JOB)
    ended = site.ledger.attempts.advance(intent, to=Stage.ENDED, identity=JOB, exit_code=0)
    assert settle(site.ledger, intent, running) == ended


def test_an_intent_is_only_looked_at(site: LaunchSite) -> None:
    intent = site.intend(site.order(("true",)))
    assert settle(site.ledger, intent, look(intent, site.runs)) == intent
    assert not site.runs.exists()
