"""What is shown of what the rules find: after how many looks, for how long, since when, and who has seen it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from backfill_tui.control.alert_book import AlertBook, patience_of
from backfill_tui.control.attempt import Acknowledged
from backfill_tui.control.model import Alert, Severity

NOW = datetime.fromisoformat("2026-01-03T20:00:00+00:00")
CLOCK = Alert("clock:fix", Severity.WARNING, "fix", NOW, "t", "d", "a")
GONE = Alert("gone:fix", Severity.CRITICAL, "fix", NOW - timedelta(minutes=9), "t", "d", "a")
LATE = Alert("late:fix", Severity.WARNING, "fix", NOW, "t", "d", "a")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def undated(alert: Alert, now: datetime) -> Alert:
    """As a rule finds it whose evidence has no time."""
    return replace(alert, since=now)


def ids(shown: tuple[Alert, ...]) -> list[str]:
    return [alert.id for alert in shown]


def looked(
    book: AlertBook, found: list[Alert], *seconds: float, marks: tuple[Acknowledged, ...] = ()
) -> tuple[Alert, ...]:
    """What is shown after looks at these times; what has no time of its own has that of each look."""
    shown: tuple[Alert, ...] = ()
    for second in seconds:
        each = [undated(one, at(second)) if one.since >= NOW else one for one in found]
        shown = book.fold(each, at(second), acknowledged=marks)
    return shown


def seen(alert: Alert, when: datetime, severity: Severity | None = None) -> Acknowledged:
    return Acknowledged(alert.id, alert.since, "ana", when, severity or alert.severity)


def test_what_is_certain_is_shown_at_once_and_what_may_pass_at_the_second_look() -> None:
    book = AlertBook()
    assert ids(book.fold([GONE, CLOCK], at(0))) == ["gone:fix"]
    assert book.waits
    assert ids(book.fold([GONE, CLOCK], at(0.5))) == ["gone:fix", "clock:fix"]
    assert not book.waits


def test_what_is_true_every_other_look_is_never_shown() -> None:
    book = AlertBook()
    for i in range(10):
        assert book.fold([CLOCK] if i % 2 else [], at(i)) == ()


def test_what_hovers_about_its_threshold_is_one_alert() -> None:
    book = AlertBook()
    for i in range(1000):
        found = [undated(LATE, at(i))] if i < 2 or i % 30 == 0 else []
        shown = book.fold(found, at(i), going={"fix"})
        assert i < 1 or [(one.id, one.since) for one in shown] == [("late:fix", at(0))]


def test_it_is_taken_back_once_it_was_false_for_as_long_as_its_kind_asks() -> None:
    lasts = patience_of("late:fix").lasts.total_seconds()
    book = AlertBook()
    for begun in (0, 1, 9000):
        book.fold([undated(LATE, at(begun))], at(begun), going={"fix"})
    for second in (9001.0, 9000.0 + lasts):
        assert ids(book.fold([], at(second), going={"fix"})) == ["late:fix"]
    assert book.fold([], at(9001 + lasts), going={"fix"}) == ()


def test_what_was_true_for_a_moment_only_is_not_said_for_long() -> None:
    book = AlertBook()
    for second in (0, 1):
        book.fold([undated(LATE, at(second))], at(second), going={"fix"})
    assert ids(book.fold([], at(2), going={"fix"})) == ["late:fix"]
    assert book.fold([], at(33), going={"fix"}) == ()


def test_what_is_kept_for_a_while_says_that_it_is_not_so_any_more() -> None:
    book = AlertBook()
    for second in (0, 600):
        book.fold([undated(LATE, at(second))], at(second), going={"fix"})
    told = {second: book.fold([], at(second), going={"fix"})[0].detail for second in (601, 640)}
    assert told[601] == LATE.detail
    assert "not so any more" in told[640]
    (again,) = book.fold([undated(LATE, at(650))], at(650), going={"fix"})
    assert again.detail == LATE.detail


def test_it_is_taken_back_at_once_when_its_phase_is_over() -> None:
    book = AlertBook()
    for i in (0, 1):
        book.fold([undated(LATE, at(i))], at(i), going={"fix"})
    assert book.fold([], at(2), going=set()) == ()


@pytest.mark.parametrize("kind", ["gone", "conflict", "stalled", "clock"])
def test_what_has_evidence_of_its_own_ends_with_it(kind: str) -> None:
    alert = replace(GONE, id=f"{kind}:fix")
    book = AlertBook()
    for i in (0, 1):
        assert ids(book.fold([alert], at(i), going={"fix"})) == (
            [alert.id] if i or kind in {"gone", "conflict"} else []
        )
    assert book.fold([], at(2), going={"fix"}) == ()


def test_since_is_that_of_the_first_evidence() -> None:
    book = AlertBook()
    (shown,) = looked(book, [CLOCK], 0, 1, 2)
    assert shown.since == at(0)
    (shown,) = looked(book, [replace(CLOCK, since=at(-60))], 4)
    assert shown.since == at(-60)


def test_an_acknowledged_alert_is_shown_as_such_and_by_a_new_book_too() -> None:
    for book in (AlertBook(), AlertBook()):
        (shown,) = book.fold([GONE], at(0), acknowledged=[seen(GONE, at(-60))])
        assert shown.acknowledged


def test_another_occurrence_shows_again() -> None:
    book = AlertBook()
    marks = [seen(GONE, at(-60))]
    book.fold([GONE], at(0), acknowledged=marks)
    again = replace(GONE, since=at(-1))  # it was started, and died within one look
    (shown,) = book.fold([again], at(1), acknowledged=marks)
    assert (shown.acknowledged, shown.since) == (False, at(-1))


def test_a_worse_severity_shows_again() -> None:
    book = AlertBook()
    warned = replace(GONE, id="stalled:fix", severity=Severity.WARNING)
    marks = [seen(warned, at(1))]
    for i in (0, 1):
        book.fold([warned], at(i), acknowledged=marks)
    (shown,) = book.fold([replace(warned, severity=Severity.CRITICAL)], at(2), acknowledged=marks)
    assert not shown.acknowledged
    (shown,) = book.fold([replace(warned, severity=Severity.INFO)], at(3), acknowledged=marks)
    assert shown.acknowledged


def test_one_whose_evidence_has_no_time_stays_acknowledged_after_a_restart() -> None:
    marks = (Acknowledged("late:fix", at(-600), "ana", at(-300), Severity.WARNING),)
    (shown,) = looked(AlertBook(), [LATE], 0, 1, marks=marks)
    assert (shown.acknowledged, shown.since) == (True, at(-600))


def test_one_that_has_ended_since_it_was_acknowledged_is_another() -> None:
    book = AlertBook()
    looked(book, [LATE], 0, 1)
    marks = (Acknowledged("late:fix", at(0), "ana", at(2), Severity.WARNING),)
    assert looked(book, [], 3, marks=marks) == ()
    (shown,) = looked(book, [LATE], 4, 5, marks=marks)
    assert (shown.acknowledged, shown.since) == (False, at(4))


def test_an_acknowledgement_of_yesterday_covers_nothing_without_a_time_of_its_own() -> None:
    marks = (Acknowledged("late:fix", at(-100_000), "ana", at(-90_000), Severity.WARNING),)
    (shown,) = looked(AlertBook(), [LATE], 0, 1, marks=marks)
    assert not shown.acknowledged


def test_the_worst_is_first_then_the_oldest() -> None:
    older = replace(GONE, id="gone:a", since=at(-9999))
    book = AlertBook()
    book.fold([CLOCK, GONE, older], at(0))
    assert ids(book.fold([CLOCK, GONE, older], at(1))) == ["gone:a", "gone:fix", "clock:fix"]
