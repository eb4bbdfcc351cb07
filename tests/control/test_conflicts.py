"""Two writers of one table: who comes last to how many days, what is said of it, and what would start one again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.conflicts import find_conflicts, restarters_of
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.last_word import Course, last_word
from backfill_tui.control.model import Alert, Conflict, LastWord, PhaseState, Severity, Writer
from backfill_tui.control.other_plans import Doing, OtherWriter
from backfill_tui.control.rules.conflicts import conflict_alerts, what_to_stop, who_wins
from tests.control.phases import ALIVE, GONE, NOBODY, NOW, RANGE, D, account, ago, seen

RUNNING, READY, PASSED = PhaseState.RUNNING, PhaseState.READY, PhaseState.PASSED
MINUTE = timedelta(minutes=1)


def writer(name: str, **more: object) -> PhaseFacts:
    more = {"process": ALIVE, "writes": "a.b", "dates": RANGE, **more}
    one = seen(**more)  # type: ignore[arg-type]
    return replace(one, phase=replace(one.phase, name=name))


def other(doing: Doing = Doing.WRITES, **more: object) -> OtherWriter:
    told = {"pid": 12, "since": ago(minutes=5), "dates": RANGE, "stop": "backfill-tui stop /w/w.yaml fix", **more}
    return OtherWriter("weekly", "fix", "a.b", doing, **told)  # type: ignore[arg-type]


def found(*facts: PhaseFacts, **states: PhaseState) -> tuple[Conflict, ...]:
    known = {one.phase.name: RUNNING for one in facts} | states
    return find_conflicts(facts, known, now=NOW)


def the_alert(*facts: PhaseFacts) -> Alert:
    (conflict,) = found(*facts)
    (alert,) = conflict_alerts(conflict, now=NOW)
    return alert


# Who comes last


def test_who_has_still_to_come_to_a_day_is_last_to_it() -> None:
    done = Course(dict.fromkeys(D, NOW), ())
    assert last_word(done, Course({}, D, MINUTE), RANGE, NOW) == LastWord((0, 5))


def test_of_days_that_both_have_written_the_later_writing_counts() -> None:
    one = Course({day: ago(minutes=10 - i) for i, day in enumerate(D)}, ())
    two = Course(dict.fromkeys(D, ago(minutes=8, seconds=30)), ())
    assert last_word(one, two, RANGE, NOW) == LastWord((3, 2), so_far=(3, 2))


def test_a_faster_one_behind_overtakes_where_it_comes_to_a_day_first() -> None:
    slow, fast = Course({D[0]: NOW}, D[1:], 10 * MINUTE), Course({}, D, MINUTE)
    assert last_word(slow, fast, RANGE, NOW) == LastWord((4, 1))


def test_without_a_pace_what_both_have_before_them_is_not_known() -> None:
    told = last_word(Course({D[0]: NOW}, D[1:], MINUTE), Course({}, D), RANGE, NOW)
    assert (told.days, told.unknown, told.winner) == ((0, 1), 4, None)
    assert told.why


def test_what_is_only_begun_when_the_other_is_done_comes_last() -> None:
    told = last_word(Course({}, D, MINUTE), Course({}, D, later=True), RANGE, NOW)
    assert (told, told.winner) == (LastWord((0, 5)), 1)


def test_a_day_that_one_of_them_leaves_out_is_the_others_and_one_that_both_do_is_nobodys() -> None:
    told = last_word(Course({}, D[:3], MINUTE), Course({}, D[1:4], later=True), RANGE, NOW)
    assert told == LastWord((1, 3))


courses = st.builds(
    lambda split, pace, later: Course(
        {day: NOW - timedelta(minutes=split) for day in D[:split]},
        D[split:],
        None if pace is None else pace * MINUTE,
        later,
    ),
    st.integers(0, 5),
    st.none() | st.integers(1, 90),
    st.booleans(),
)


@given(courses, courses)
def test_each_day_is_counted_once_and_the_order_of_the_two_does_not_matter(one: Course, two: Course) -> None:
    told, turned = last_word(one, two, RANGE, NOW), last_word(two, one, RANGE, NOW)
    assert sum(told.days) + told.unknown == 5
    assert (turned.days, turned.unknown, turned.so_far) == (told.days[::-1], told.unknown, told.so_far[::-1])


# What is a conflict


def test_another_plans_live_writer_is_a_conflict_of_a_live_phase() -> None:
    (conflict,) = found(writer("mine", others=(other(),)))
    assert conflict.phases == ("mine", "weekly:fix")
    assert (conflict.table, conflict.days, conflict.live) == ("a.b", 5, True)
    assert conflict.since == ago(minutes=5)
    assert conflict.last.unknown == 5


def test_one_that_has_ended_conflicts_with_no_other_plan() -> None:
    assert found(writer("mine", process=GONE, others=(other(),)), mine=PASSED) == ()
    assert found(writer("mine", others=(other(Doing.WROTE, ended_at=NOW),))) == ()


def test_one_to_come_beside_a_live_one_of_another_plan_is_a_conflict_that_is_not_live() -> None:
    (mine,) = found(writer("mine", process=GONE, others=(other(),)), mine=READY)
    (theirs,) = found(writer("mine", others=(other(Doing.WILL_WRITE),)))
    assert (mine.live, mine.last.winner) == (False, 0)
    assert (theirs.live, theirs.last.winner) == (False, 1)
    assert list(conflict_alerts(mine, now=NOW)) == []
    assert who_wins(theirs) == "Once both have run weekly:fix is last to all 5 days."


def test_two_live_writers_of_days_that_are_not_known_are_a_warning_and_say_so() -> None:
    undated = writer("two", dates=None)
    (conflict,) = found(writer("one"), undated)
    assert (conflict.dates, conflict.days, conflict.live) == (None, None, True)
    alert = the_alert(writer("one"), undated)
    assert alert.severity is Severity.WARNING
    assert "on which days, one of them does not tell" in alert.detail


def test_two_that_are_under_way_by_their_logs_may_be_a_conflict_though_no_process_is_known() -> None:
    heard = account(2, gone=False, summary=False)
    one = writer("one", process=NOBODY, account=heard)
    (conflict,) = found(one, writer("two", process=NOBODY, account=heard))
    assert (conflict.live, conflict.doubtful, conflict.days) == (False, True, 5)
    alert = the_alert(one, writer("two"))
    assert (alert.severity, alert.title) == (Severity.WARNING, "one and two may write one table")
    assert alert.detail.endswith("Whether the process of one lives is not known.")
    assert alert.action == (
        "Name the process of one in the plan. "
        "Stop one of them: to keep one, stop two (pid 7): backfill-tui stop two"
    )
    (beyond,) = found(replace(one, others=(other(),)))
    assert beyond.doubtful
    assert found(one, writer("two", process=NOBODY), two=PhaseState.STALLED) == ()


def test_the_alert_says_who_on_which_days_who_wins_and_what_to_stop() -> None:
    done = account(2, gone=False, summary=False, at=ago(minutes=60))
    ahead = account(4, gone=False, summary=False)
    older = writer("older", account=done, rate_per_hour=60.0)
    newer = writer("newer", account=ahead, rate_per_hour=60.0)
    newer = replace(newer, process=replace(ALIVE, started_at=ago(minutes=30)))
    alert = the_alert(newer, older)
    assert (alert.id, alert.severity, alert.phase) == ("conflict:newer:older", Severity.CRITICAL, "newer")
    assert alert.since == ago(minutes=30)
    assert alert.title == "older and newer write one table"
    assert alert.detail == (
        "Both write a.b on 5 days (2022-01-01 … 2022-01-05): whichever comes last to a date wins. "
        "By their pace now newer is last to 2, older to 3 of the 5 days. "
        "So far newer has written over 2 days of older."
    )
    assert alert.action == (
        "Stop one of them: to keep newer, which began later, stop older (pid 7): backfill-tui stop older; "
        "to keep older, which began first, stop newer (pid 7): backfill-tui stop newer"
    )


def test_the_command_that_ends_another_plans_writer_names_that_plan() -> None:
    alert = the_alert(writer("mine", others=(other(),)))
    assert "stop weekly:fix (pid 12): backfill-tui stop /w/w.yaml fix" in alert.action
    assert "how far weekly:fix is, is known to its own plan only" in alert.detail
    assert alert.phase == "mine"


def test_what_nothing_is_known_of_is_said_without_numbers() -> None:
    bare = Conflict((Writer("a"), Writer("b")), "t", (D[0], D[0]), 1, live=True)
    assert who_wins(bare) == "Who comes last can't be told: neither is known to write any of them."
    assert what_to_stop(bare) == "Stop one of them."


# What would start one again


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, True),
        ({"start": "manual"}, False),
        ({"command": None}, False),
        ({"writes": "a.c"}, False),
        ({"writes": "`proj.A.b`"}, True),
        ({"dates": (date(2023, 1, 1), date(2023, 1, 2))}, False),
    ],
)
def test_a_phase_that_is_to_start_by_itself_on_the_same_days_would(more: dict[str, object], said: bool) -> None:
    coming = writer("again", **{"process": GONE, "start": "auto", "command": ("job",), **more})
    facts = (writer("mine"), coming)
    sentences = restarters_of(facts[0], facts, {"mine": RUNNING, "again": READY})
    assert [one.startswith("again is to start by itself") for one in sentences] == [True] * said


def test_other_plans_drivers_and_processes_that_name_it_would_too() -> None:
    mine = writer("mine", others=(other(Doing.WILL_WRITE),), controllers=("Process 9 names it.",))
    assert restarters_of(mine, (mine,), {"mine": RUNNING}) == (
        "Process 12, which drives the plan weekly, will start fix by itself: it writes a.b too.",
        "Process 9 names it.",
    )
