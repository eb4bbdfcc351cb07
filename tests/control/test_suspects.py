"""Which dates rest on dirty inputs: spells from findings, dates from spells, and what makes a date clean again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.checks.model import Reason, Status
from backfill_tui.control.dirt import Dirt, Finding, Told, dirt_of, finding_of
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Alert, PhaseState, Severity
from backfill_tui.control.rules.inputs import dirty
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.suspects import Computed, Suspects, suspects_of
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.account import Account
from backfill_tui.sources.process import Presence, ProcessSeen

T0 = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)
D0 = date(2022, 1, 1)
FINDINGS = {"g": Finding.GOOD, "b": Finding.BAD, "n": Finding.NOTHING}


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def day(number: int) -> date:
    return D0 + timedelta(days=number)


def told(findings: str, every: float = 10) -> list[Told]:
    """A finding every ten minutes, by its letter."""
    return [Told(at(every * i), FINDINGS[letter]) for i, letter in enumerate(findings)]


def spells(findings: str) -> list[tuple[float | None, float | None]]:
    """The spells in minutes: last known good, good again."""

    def minutes(time: datetime | None) -> float | None:
        return None if time is None else (time - T0) / timedelta(minutes=1)

    return [(minutes(one.since), minutes(one.until)) for one in dirt_of("s", told(findings))]


def walked(*minutes: float, run: int = 0, took: float = 0) -> list[Computed]:
    """Dates one after the other, each computed by that minute."""
    return [Computed(day(i), at(m - took), at(m), run) for i, m in enumerate(minutes)]


def numbers(found: Suspects) -> list[int]:
    return [(one - D0).days for one in found.dates]


# Spells


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ("", []),
        ("g", []),
        ("ggg", []),
        ("nnn", []),
        ("b", [(None, None)]),
        ("gb", [(0, None)]),
        ("ggb", [(10, None)]),
        ("gbg", [(0, 20)]),
        ("gbbbg", [(0, 40)]),
        ("bg", [(None, 10)]),
        ("gbgb", [(0, 20), (20, None)]),
        ("gnb", [(0, None)]),  # it could not be asked: last known good is what was known
        ("gng", []),  # a network that was away says nothing of the data
        ("gbng", [(0, 30)]),
        ("nb", [(None, None)]),
    ],
)
def test_a_spell_goes_from_the_last_good_finding_to_the_next(
    findings: str, expected: list[tuple[float | None, float | None]]
) -> None:
    assert spells(findings) == expected


def test_what_passed_before_the_suite_was_made_stricter_was_not_found_good() -> None:
    loose, strict = Told(at(0), Finding.GOOD, "loose"), Told(at(10), Finding.BAD, "strict")
    (spell,) = dirt_of("s", [loose, strict])
    assert spell.since is None
    (spell,) = dirt_of("s", [Told(at(-5), Finding.GOOD, "strict"), loose, strict])
    assert spell.since == at(-5)


def test_a_spell_reaches_further_back_once_stricter_rules_fail_in_it() -> None:
    found = [Told(at(0), Finding.GOOD, "a"), Told(at(10), Finding.BAD, "a"), Told(at(20), Finding.BAD, "b")]
    (spell,) = dirt_of("s", found)
    assert (spell.since, spell.found_at) == (None, at(10))


@pytest.mark.parametrize(
    ("verdict", "reasons", "finding"),
    [
        (Status.PASS, (), Finding.GOOD),
        (Status.WARN, (), Finding.GOOD),
        (Status.FAIL, (), Finding.BAD),
        (Status.UNKNOWN, (Reason.UNREACHABLE,), Finding.NOTHING),
        (Status.UNKNOWN, (Reason.LOCKED,), Finding.NOTHING),
        (Status.UNKNOWN, (Reason.MISSING_TABLE,), Finding.NOTHING),
        (Status.UNKNOWN, (Reason.NO_ROWS,), Finding.BAD),  # an answer, and no good one
        (Status.UNKNOWN, (Reason.TIMED_OUT, Reason.NULL_VALUE), Finding.BAD),
    ],
)
def test_an_unknown_tells_only_where_the_warehouse_has_answered(
    verdict: Status, reasons: tuple[Reason, ...], finding: Finding
) -> None:
    assert finding_of(verdict, reasons) is finding


# Dates


def test_a_date_rests_on_its_inputs_as_they_were_while_it_was_computed() -> None:
    dirt = dirt_of("s", told("gbg"))  # dirty from 0 to 20
    assert numbers(suspects_of(walked(-5, 5, 15, 25), dirt)) == [1, 2]


def test_a_date_that_was_begun_before_they_were_good_again_has_read_dirty_ones() -> None:
    dirt = dirt_of("s", told("gbg"))
    assert numbers(suspects_of(walked(21, 23, 25, took=2), dirt)) == [0]


def test_all_dates_are_suspect_where_the_first_word_on_the_inputs_was_bad() -> None:
    found = suspects_of(walked(-500, -5, 5), dirt_of("s", told("b")), judged_since=at(0))
    assert numbers(found) == [0, 1, 2]
    assert found.dirty_now


def test_inputs_that_nobody_has_judged_make_no_date_suspect() -> None:
    found = suspects_of(walked(1, 2, 3), ())
    assert (found.count, found.unjudged) == (0, 3)
    found = suspects_of(walked(-2, -1, 3), dirt_of("s", told("g")), judged_since=at(0))
    assert (found.count, found.unjudged) == (0, 2)


def test_any_input_makes_a_date_suspect() -> None:
    dirt = (*dirt_of("s", told("gbg")), *dirt_of("t", told("gggbg")))
    found = suspects_of(walked(5, 25, 45), dirt)
    assert {(d - D0).days: cause.suite for d, cause in found.causes.items()} == {0: "s", 1: "t"}


def test_a_date_is_clean_once_it_was_computed_anew_from_good_inputs() -> None:
    dirt = dirt_of("s", told("gbg"))
    assert numbers(suspects_of([*walked(5, 6), Computed(day(0), at(30), at(31), 1)], dirt)) == [1]
    assert numbers(suspects_of([*walked(5, 6), Computed(day(0), at(14), at(15), 1)], dirt)) == [0, 1]


def test_a_good_date_that_is_computed_anew_from_dirty_inputs_is_suspect() -> None:
    found = suspects_of([*walked(-5, -4), Computed(day(1), at(4), at(5), 1)], dirt_of("s", told("gb")))
    assert numbers(found) == [1]


def test_a_person_takes_the_dates_as_they_were_by_then() -> None:
    dirt = dirt_of("s", told("gb"))
    assert numbers(suspects_of(walked(5, 15, 25), dirt, accepted_at=at(20))) == [2]
    assert suspects_of(walked(5, 15), dirt, accepted_at=at(20)).dirty_now == dirt


def test_where_only_a_checkpoint_tells_a_date_may_be_of_any_time_before() -> None:
    dirt = dirt_of("s", told("gbg"))
    listed = [Computed(day(0), None, at(90))]
    assert numbers(suspects_of(listed, dirt)) == [0]
    assert numbers(suspects_of([Computed(day(0), None, at(-1))], dirt)) == []


def test_dates_known_by_number_only_are_counted() -> None:
    found = suspects_of([], dirt_of("s", told("gbg")), ticks=[at(-1), at(5), at(15), at(30)])
    assert (found.dates, found.unnamed, found.count) == ((), 2, 2)
    assert found.dirt


# Windows


def dirty_for_twenty(lookback: int) -> tuple[Dirt, ...]:
    return dirt_of("s", told("gbg"), lookback_days=lookback)


def test_windows_that_look_back_to_a_dirty_date_are_suspect_too() -> None:
    found = suspects_of(walked(-5, 5, 25, 26, 27, 28), dirty_for_twenty(2))
    assert numbers(found) == [1, 2, 3]
    assert {(d - D0).days for d in found.windows} == {2, 3}


def test_what_was_computed_before_a_date_went_bad_does_not_rest_on_it() -> None:
    later_first = [Computed(day(3), at(-2), at(-1), 0), *walked(5)]
    assert numbers(suspects_of(later_first, dirty_for_twenty(14))) == [0]


def test_windows_do_not_reach_across_one_another() -> None:
    found = suspects_of(walked(5, *range(25, 45)), dirty_for_twenty(3))
    assert numbers(found) == [0, 1, 2, 3]


def test_redoing_only_the_dirty_date_leaves_what_was_computed_from_it() -> None:
    first = walked(5, 25, 26)
    redone = [Computed(day(0), at(30), at(31), 1)]
    assert numbers(suspects_of([*first, *redone], dirty_for_twenty(2))) == [1, 2]
    after = [Computed(day(1), at(40), at(41), 2), Computed(day(2), at(40), at(41), 2)]
    assert numbers(suspects_of([*first, *redone, *after], dirty_for_twenty(2))) == []


def test_one_run_that_does_all_anew_cleans_all_in_whichever_order() -> None:
    first = walked(5, 25, 26)
    redone = [Computed(day(n), at(30), at(40 - n), 1) for n in range(3)]  # the last date ends first
    assert numbers(suspects_of([*first, *redone], dirty_for_twenty(2))) == []


# Promises over any history

histories = st.text("gbn", max_size=12)
works = st.lists(
    st.builds(
        lambda d, began, took, run: Computed(day(d), at(began), at(began + took), run),
        st.integers(0, 9),
        st.integers(-15, 130),
        st.integers(0, 12),
        st.integers(0, 3),
    ),
    max_size=25,
)
lookbacks = st.integers(0, 5)


def latest(computed: list[Computed]) -> dict[date, Computed]:
    return {one.day: one for one in sorted(computed, key=lambda one: one.ended)}


@given(histories, works, lookbacks)
def test_a_suspect_date_has_a_bad_finding_that_no_good_one_parts_it_from(
    findings: str, computed: list[Computed], lookback: int
) -> None:
    """No good finding lies between a date and the bad one that it is suspect for: not before it, not after."""
    found = suspects_of(computed, dirt_of("s", told(findings), lookback_days=lookback))
    history = [one for one in told(findings) if one.finding is not Finding.NOTHING]
    for suspect in found.causes.keys() - found.windows:
        one = latest(computed)[suspect]
        assert one.began is not None
        before = [each for each in history if each.at <= one.began][-1:]
        within = [each for each in history if one.began < each.at < one.ended]
        after = [each for each in history if each.at >= one.ended][:1]
        assert any(each.finding is Finding.BAD for each in (*before, *within, *after))


@given(histories, works, lookbacks)
def test_what_lies_between_two_good_findings_is_clean(
    findings: str, computed: list[Computed], lookback: int
) -> None:
    found = suspects_of(computed, dirt_of("s", told(findings), lookback_days=lookback))
    history = [one for one in told(findings) if one.finding is not Finding.NOTHING]
    for suspect, one in latest(computed).items():
        assert one.began is not None
        before = [each.finding for each in history if each.at <= one.began][-1:]
        rest = [each.finding for each in history if each.at > one.began]
        upto = [each.finding for each in history if one.began < each.at < one.ended]
        if before == [Finding.GOOD] and rest[: len(upto) + 1] == [Finding.GOOD] * (len(upto) + 1):
            assert suspect not in found.causes.keys() - found.windows


@given(histories, works, lookbacks)
def test_more_bad_findings_never_clear_a_date(findings: str, computed: list[Computed], lookback: int) -> None:
    before = suspects_of(computed, dirt_of("s", told(findings), lookback_days=lookback))
    after = suspects_of(computed, dirt_of("s", told(findings + "b"), lookback_days=lookback))
    assert set(before.dates) - before.windows <= set(after.dates)


@given(histories, works, lookbacks)
def test_one_run_over_all_dates_after_a_good_finding_cleans_everything(
    findings: str, computed: list[Computed], lookback: int
) -> None:
    good_again = told(findings + "g")
    redone = [Computed(day(n), at(200 + n), at(201 + n), 9) for n in range(10)]
    found = suspects_of([*computed, *redone], dirt_of("s", good_again, lookback_days=lookback))
    assert found == Suspects(unjudged=found.unjudged)


@given(histories, works, lookbacks)
def test_a_person_s_go_clears_all_there_is(findings: str, computed: list[Computed], lookback: int) -> None:
    dirt = dirt_of("s", told(findings), lookback_days=lookback)
    assert suspects_of(computed, dirt, accepted_at=at(1000)).count == 0


@given(histories, works)
def test_a_longer_lookback_only_adds(findings: str, computed: list[Computed]) -> None:
    each = [set(suspects_of(computed, dirt_of("s", told(findings), lookback_days=n)).dates) for n in range(4)]
    assert all(fewer <= more for fewer, more in pairwise(each))


# The alert

PHASE = Phase("factors", "Factors", command=("job",), retry=("redo", "--dates", "{dates}"))


def alerts_of(found: Suspects, phase: Phase = PHASE, *, at_work: bool = False) -> list[Alert]:
    facts = PhaseFacts(phase, Account(), ProcessSeen(Presence.UNKNOWN), suspects=found)
    one = PhaseSight(facts, PhaseState.RUNNING if at_work else PhaseState.FINISHED)
    return list(dirty(one, NightSight((one,), now=at(60))))


def alert_of(found: Suspects, phase: Phase = PHASE, *, at_work: bool = False) -> Alert:
    (alert,) = alerts_of(found, phase, at_work=at_work)
    assert alert.severity is Severity.CRITICAL
    return alert


def test_while_it_runs_the_alert_says_what_is_spoilt_and_to_stop_it() -> None:
    dirt = dirt_of("usage", told("gb"), why="usage: usage_rate 47.7 (>= 95)")
    alert = alert_of(suspects_of(walked(5, 15), dirt), at_work=True)
    assert alert.title == "factors runs on dirty inputs"
    assert alert.since == at(10)
    assert alert.detail == (
        "usage: usage_rate 47.7 (>= 95) (found at 12:10). "
        "2 dates were computed since its inputs were last known good, at 12:00."
    )
    assert alert.action == (
        "Stop it: backfill-tui stop factors. "
        "Mend the inputs, and judge them: backfill-tui validate factors --inputs. "
        "Then do the suspect dates again: backfill-tui retry factors, "
        "which runs redo --dates 2022-01-01,2022-01-02. "
        "If they are good as they are: backfill-tui accept factors --reason …"
    )


def test_inputs_that_are_dirty_now_are_an_alert_before_the_first_date_and_of_no_phase_at_rest() -> None:
    found = suspects_of([], dirt_of("usage", told("gb")))
    alert = alert_of(found, at_work=True)
    assert "None of its dates was computed since its inputs were last known good, at 12:00." in alert.detail
    assert "again" not in alert.action
    assert alerts_of(found) == []


def test_once_they_are_good_again_only_the_redoing_is_left() -> None:
    alert = alert_of(suspects_of(walked(5, 25, 26), dirt_of("usage", told("gbg"), lookback_days=1)))
    assert alert.title == "2 dates of factors rest on dirty inputs"
    assert alert.detail == (
        "usage was bad at 12:10, and good again at 12:20. "
        "1 date was computed since its inputs were last known good, at 12:00; "
        "1 date computed later looks back to these."
    )
    assert alert.action.startswith(
        "Do the suspect dates again: backfill-tui retry factors, which runs redo --dates"
    )


def test_a_long_list_is_cut_in_the_alert_and_whole_in_the_retry() -> None:
    alert = alert_of(suspects_of(walked(*range(1, 71)), dirt_of("usage", told("b"))))
    assert "(and so the other 10)" in alert.action
    assert "nobody has found its inputs good before" in alert.detail


def test_without_a_retry_in_the_plan_the_whole_range_is_launched_again_or_the_job_has_to_know() -> None:
    found = suspects_of(walked(5), dirt_of("usage", told("gb")))
    assert "backfill-tui launch factors --again" in alert_of(found, replace(PHASE, retry=None)).action
    assert "own list of dates" in alert_of(found, replace(PHASE, retry=None, command=None)).action
