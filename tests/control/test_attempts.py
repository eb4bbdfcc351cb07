"""Attempts in a real ledger: made once however many want it, and gone only the steps there are."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.attempt import STEPS, Attempt, AttemptExistsError, IllegalStepError, Kind, Order, Stage
from backfill_tui.control.ledger import FILE, Ledger
from backfill_tui.control.ledger.orders import gate_of_text, order_of_text, text_of_gate, text_of_order
from backfill_tui.control.model import Condition, ConditionKind
from backfill_tui.sources.presence import Identity

NOW = datetime(2026, 1, 3, 20, 0, 0, 123456, tzinfo=UTC)
ORDER = Order(
    phase="player_game_summary",
    commands=(("python", "job.py", "--start-date", "2021-10-19"), ("python", "job.py", "--dates", "a b")),
    cwd=Path("/srv/nba"),
    env={"PYTHONPATH": "."},
    log=Path("/srv/nba/logs/pgs.log"),
    writes="nba_analytics.player_game_summary",
    dates=(date(2021, 10, 19), date(2026, 1, 2)),
)
GATE = (
    Condition("team_offense_fix", True, "passed 4 min ago", ConditionKind.UPSTREAM, "team_offense_fix"),
    Condition("start", None, "nobody can tell"),
    Condition("inputs", False, "usage_rate 47.7 %"),
)
IDENTITY = Identity("a-boot", 4711, 1767470400.25, 12.34)
LATER = NOW + timedelta(hours=8)


def intended(ledger: Ledger, number: int = 1, *, order: Order = ORDER) -> Attempt:
    return ledger.attempts.intend(
        order, number=number, asked_by="command", person="nina", override="the night is short", gate=GATE, at=NOW
    )


def brought_to(ledger: Ledger, stage: Stage, *, phase: str = "p") -> Attempt:
    attempt = intended(ledger, order=Order(phase, (("true",),), Path("/")))
    if stage is Stage.INTENDED:
        return attempt
    return ledger.attempts.advance(attempt, to=stage)


def raw(tmp_path: Path, statement: str, *values: object) -> None:
    """As another version of this program would write."""
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute(statement, values)


def test_an_intent_comes_back_as_it_was_made(ledger: Ledger) -> None:
    attempt = intended(ledger)
    assert attempt == Attempt(ORDER, 1, "command", "nina", NOW, override="the night is short", gate=GATE)
    assert attempt.stage is Stage.INTENDED
    assert ledger.attempts.get(ORDER.phase, 1) == attempt
    assert ledger.attempts.newest(ORDER.phase) == attempt
    assert ledger.attempts.all() == (attempt,)
    assert ledger.attempts.get(ORDER.phase, 2) is None
    assert ledger.attempts.newest("another") is None


def test_what_is_recorded_of_an_attempt_comes_back(ledger: Ledger) -> None:
    started = ledger.attempts.advance(intended(ledger), to=Stage.RUNNING, identity=IDENTITY, started_at=NOW)
    assert ledger.attempts.get(ORDER.phase, 1) == started
    assert (started.identity, started.started_at, started.order) == (IDENTITY, NOW, ORDER)
    ended = ledger.attempts.advance(
        started, to=Stage.ENDED, ended_at=LATER, signal="SIGKILL", note="It was killed."
    )
    assert ledger.attempts.get(ORDER.phase, 1) == ended
    assert (ended.identity, ended.started_at, ended.ended_at) == (IDENTITY, NOW, LATER)
    assert (ended.exit_code, ended.signal, ended.note) == (None, "SIGKILL", "It was killed.")


def test_an_end_that_is_recorded_late_takes_back_that_nobody_knows(ledger: Ledger) -> None:
    lost = ledger.attempts.advance(intended(ledger), to=Stage.LOST, ended_at=NOW, note="Nobody recorded how.")
    ended = ledger.attempts.advance(lost, to=Stage.ENDED, exit_code=0)
    assert (ended.ended_at, ended.exit_code, ended.note) == (NOW, 0, "")
    assert ledger.attempts.newest(ORDER.phase) == ended


texts = st.text(st.characters(), max_size=12)  # lone surrogates too: a byte of a command line that is no text
days = st.dates()
orders = st.builds(
    Order,
    phase=st.text(min_size=1, max_size=12),
    commands=st.lists(st.lists(texts, max_size=4).map(tuple), max_size=3).map(tuple),
    cwd=texts.map(Path),
    kind=st.sampled_from(Kind),
    env=st.dictionaries(texts, texts, max_size=3),
    log=st.none() | texts.map(Path),
    writes=st.none() | texts,
    dates=st.none() | st.tuples(days, days),
    days=st.lists(days, max_size=4).map(tuple),
)
conditions = st.builds(Condition, texts, st.none() | st.booleans(), texts, st.sampled_from(ConditionKind), texts)
gates = st.lists(conditions, max_size=4).map(tuple)


@given(orders, gates)
def test_every_order_and_gate_come_back_exactly(order: Order, gate: tuple[Condition, ...]) -> None:
    assert order_of_text(text_of_order(order)) == order
    assert gate_of_text(text_of_gate(gate)) == gate


def test_a_gate_that_an_older_ledger_keeps_is_read_without_the_kinds_of_its_conditions() -> None:
    kept = '[["up", false, "running at 7 %"], ["start", null, ""]]'
    assert gate_of_text(kept) == (Condition("up", False, "running at 7 %"), Condition("start", None, ""))
    with pytest.raises(ValueError, match="condition"):
        gate_of_text('[["up", true]]')


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@given(orders, st.sampled_from(sorted(json.loads(text_of_order(ORDER)))), json_values)
def test_what_is_no_order_is_one_error_whatever_it_is(order: Order, key: str, value: object) -> None:
    told = json.loads(text_of_order(order)) | {key: value}
    try:
        assert json.loads(text_of_order(order_of_text(json.dumps(told)))).keys() == told.keys()
    except ValueError:
        return


def test_half_an_order_is_no_order() -> None:
    told = json.loads(text_of_order(ORDER))
    for changed in (told | {"nice": 19}, {key: told[key] for key in told if key != "env"}):
        with pytest.raises(ValueError, match="not an order"):
            order_of_text(json.dumps(changed))


def test_a_number_is_made_once(ledger: Ledger) -> None:
    first = intended(ledger)
    with pytest.raises(AttemptExistsError) as refused:
        intended(ledger)
    assert refused.value.attempt == first


@pytest.mark.parametrize("stage", [Stage.INTENDED, Stage.RUNNING])
def test_none_is_made_beside_one_that_is_not_over(ledger: Ledger, stage: Stage) -> None:
    alive = brought_to(ledger, stage, phase=ORDER.phase)
    with pytest.raises(AttemptExistsError) as refused:
        intended(ledger, 2)
    assert refused.value.attempt == alive
    assert ledger.attempts.all() == (alive,)


@pytest.mark.parametrize("stage", [Stage.ENDED, Stage.LOST, Stage.NOT_STARTED])
def test_the_next_is_made_once_the_newest_is_over(ledger: Ledger, stage: Stage) -> None:
    first = brought_to(ledger, stage, phase=ORDER.phase)
    with pytest.raises(AttemptExistsError):
        intended(ledger, 1)
    second = intended(ledger, 2)
    assert ledger.attempts.newest(ORDER.phase) == second
    assert ledger.attempts.all() == (first, second)


@pytest.mark.parametrize("number", [0, 2, 3])
def test_no_number_is_passed_over(ledger: Ledger, number: int) -> None:
    with pytest.raises(IllegalStepError, match="the next one is 1"):
        intended(ledger, number)
    assert ledger.attempts.all() == ()


@pytest.mark.parametrize("to", Stage)
@pytest.mark.parametrize("since", sorted(STEPS.keys() - {Stage.LAUNCHING}))
def test_only_the_steps_there_are_can_be_gone(ledger: Ledger, since: Stage, to: Stage) -> None:
    before = brought_to(ledger, since)
    version = ledger.version
    if to in STEPS[since]:
        assert ledger.attempts.advance(before, to=to).stage is to
        assert ledger.attempts.newest("p") == ledger.attempts.get("p", 1) != before
        return
    if to is since:
        assert ledger.attempts.advance(before, to=to, exit_code=3, note="other") == before
    else:
        with pytest.raises(IllegalStepError, match=f"is {since.value} in the ledger"):
            ledger.attempts.advance(before, to=to, exit_code=3, note="other")
    assert ledger.attempts.newest("p") == before
    assert ledger.version == version


def test_a_step_is_taken_from_where_the_ledger_has_it(ledger: Ledger) -> None:
    stale = intended(ledger)
    ended = ledger.attempts.advance(stale, to=Stage.ENDED, exit_code=0)
    with pytest.raises(IllegalStepError):
        ledger.attempts.advance(stale, to=Stage.RUNNING, identity=IDENTITY)
    assert ledger.attempts.advance(stale, to=Stage.ENDED, exit_code=7) == ended


def test_an_attempt_that_was_never_made_takes_no_step(ledger: Ledger) -> None:
    with pytest.raises(IllegalStepError, match="no attempt 1"):
        ledger.attempts.advance(Attempt(ORDER, 1, "auto", "nina", NOW), to=Stage.RUNNING)


_INTEND = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from backfill_tui.control.attempt import AttemptExistsError, Order
from backfill_tui.control.ledger import Ledger

ledger = Ledger.open(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
try:
    attempt = ledger.attempts.intend(
        Order("p", (("true",),), Path("/")),
        number=1, asked_by="command", person=sys.argv[2], override=None, gate=(), at=datetime.now(UTC),
    )
    print("won", attempt.person)
except AttemptExistsError as error:
    print("lost", error.attempt.person)
"""


def test_of_twenty_processes_that_want_one_number_one_has_it_and_all_know_who(tmp_path: Path) -> None:
    wanting = [
        subprocess.Popen(
            [sys.executable, "-c", _INTEND, str(tmp_path), f"person {i}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(20)
    ]
    for one in wanting:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in wanting:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    told = [one.communicate(timeout=60)[0].split(maxsplit=1) for one in wanting]
    assert sorted(how for how, _ in told) == ["lost"] * 19 + ["won"]
    assert len({who for _, who in told}) == 1
    with closing(Ledger.open(tmp_path)) as ledger:
        assert [attempt.number for attempt in ledger.attempts.all()] == [1]


def test_a_row_of_another_version_is_told_of_and_keeps_its_number(ledger: Ledger, tmp_path: Path) -> None:
    whole = brought_to(ledger, Stage.ENDED, phase="whole")
    brought_to(ledger, Stage.ENDED, phase=ORDER.phase)
    raw(tmp_path, """UPDATE attempts SET command = '{"steps": []}' WHERE phase = ?""", ORDER.phase)
    first, odd = ledger.attempts.all()
    assert first == whole
    assert (odd.phase, odd.number, odd.stage) == (ORDER.phase, 1, Stage.ENDED)
    assert odd.order.commands == ()
    assert "another version" in odd.note
    with pytest.raises(AttemptExistsError):
        intended(ledger, 1)
    assert intended(ledger, 2).number == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("command", "["),
        ("command", text_of_order(Order("another", (), Path("/")))),
        ("gate", "[[1, 2, 3]]"),
        ("gate", "{}"),
        ("kind", "dance"),
        ("intended_at", "yesterday"),
        ("ended_at", "soon"),
        ("started_at", ""),
    ],
)
def test_no_row_breaks_a_listing(ledger: Ledger, tmp_path: Path, column: str, value: str) -> None:
    brought_to(ledger, Stage.ENDED)
    raw(tmp_path, f"UPDATE attempts SET {column} = ?", value)
    (odd,) = ledger.attempts.all()
    assert (odd.phase, odd.number, odd.stage) == ("p", 1, Stage.ENDED)
    assert odd.intended_at.tzinfo is not None
    assert ("another version" in odd.note) == (column != "kind")  # that is in the order too


def test_beside_a_stage_that_is_not_known_nothing_is_made_until_it_is_seen_to_be_over(
    ledger: Ledger, tmp_path: Path
) -> None:
    brought_to(ledger, Stage.RUNNING, phase=ORDER.phase)
    raw(tmp_path, "UPDATE attempts SET stage = 'paused'")
    with pytest.raises(AttemptExistsError) as refused:
        intended(ledger, 2)
    assert refused.value.attempt.stage.live
    ledger.attempts.advance(refused.value.attempt, to=Stage.LOST, note="Its process is gone.")
    assert intended(ledger, 2).number == 2


def test_words_that_are_no_text_are_kept_as_far_as_they_are(ledger: Ledger) -> None:
    attempt = ledger.attempts.intend(
        ORDER, number=1, asked_by="command", person="n\udcffna", override="\ud800", gate=GATE, at=NOW
    )
    assert (attempt.person, attempt.override) == ("n?na", "?")
    assert ledger.attempts.newest(ORDER.phase) == attempt
