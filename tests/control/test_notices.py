"""What is told once, and what the ledger keeps of messages and addresses."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.ledger import Ledger
from backfill_tui.control.ledger.notices import WAITING_AT_MOST
from backfill_tui.control.model import Alert, Severity
from backfill_tui.control.notices import Notice, labels, masked, of_alert, of_end
from backfill_tui.sources.presence import Identity

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
ME, OTHER = Identity("boot", 1, 1.0, 1.0), Identity("boot", 2, 2.0, 2.0)
ALERT = Alert("gone:a", Severity.WARNING, "a", NOW, "a is gone", "It ended.", "Start it again.")
TO = ("notify[0] (json)", "notify[1] (slack)")


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def tell(ledger: Ledger, alert: Alert = ALERT, *, minutes: float = 0, me: Identity = ME) -> bool:
    return ledger.notices.tell(alert, of_alert("night", alert, at(minutes)), TO, me=me)


def over(ledger: Ledger, *, minutes: float) -> bool:
    return ledger.notices.over(ALERT.id, of_end("night", ALERT.id, ALERT.title, NOW, at(minutes), seen=True), TO)


def next_for(ledger: Ledger, *, minutes: float = 0) -> Notice | None:
    waiting = ledger.notices.next_for(TO[0], at=at(minutes), within_s=30)
    return waiting.notice if waiting is not None else None


def test_an_alert_is_told_once_whoever_sees_it(ledger: Ledger) -> None:
    assert tell(ledger)
    assert not tell(ledger, me=OTHER)
    assert not tell(ledger, replace(ALERT, since=NOW - timedelta(seconds=1)))


def test_one_that_became_worse_is_told_again(ledger: Ledger) -> None:
    assert tell(ledger)
    assert tell(ledger, replace(ALERT, severity=Severity.CRITICAL), minutes=1)
    assert not tell(ledger, ALERT, minutes=2)


def test_its_end_is_told_once(ledger: Ledger) -> None:
    assert not over(ledger, minutes=1)
    tell(ledger)
    assert over(ledger, minutes=1)
    assert not over(ledger, minutes=1)


def test_one_that_another_still_sees_a_moment_later_does_not_begin_anew(ledger: Ledger) -> None:
    tell(ledger)
    over(ledger, minutes=1)
    assert not tell(ledger, me=OTHER, minutes=1.1)


def test_another_occurrence_is_told(ledger: Ledger) -> None:
    tell(ledger)
    over(ledger, minutes=1)
    assert tell(ledger, replace(ALERT, since=at(1.05)), minutes=1.1)


def test_evidence_that_is_older_than_the_end_begins_anew_after_a_while(ledger: Ledger) -> None:
    """A log that stands still again: its last line may be from before the end was seen."""
    tell(ledger)
    over(ledger, minutes=1)
    assert tell(ledger, minutes=40)


def test_messages_go_out_in_their_order_one_at_a_time(ledger: Ledger) -> None:
    tell(ledger)
    over(ledger, minutes=1)
    first = ledger.notices.next_for(TO[0], at=at(1), within_s=30)
    assert first is not None
    assert first.notice.title == "[night] warning: a is gone"
    assert next_for(ledger, minutes=1) is None  # somebody is sending to it
    ledger.notices.sent(TO[0], first.number, at=at(1))
    second = next_for(ledger, minutes=1)
    assert second is not None
    assert second.title == "[night] over: a is gone"


def test_a_sender_that_was_killed_is_not_waited_for(ledger: Ledger) -> None:
    tell(ledger)
    assert next_for(ledger) is not None
    assert next_for(ledger, minutes=0.4) is None
    assert next_for(ledger, minutes=0.6) is not None


def test_an_address_that_fails_is_left_alone_and_its_message_tried_again(ledger: Ledger) -> None:
    tell(ledger)
    waiting = ledger.notices.next_for(TO[0], at=NOW, within_s=30)
    assert waiting is not None
    ledger.notices.not_sent(TO[0], waiting.number, "refused", at=NOW, due_at=at(5), given_up=False)
    assert next_for(ledger, minutes=4) is None
    again = ledger.notices.next_for(TO[0], at=at(5), within_s=30)
    assert again is not None
    assert (again.notice, again.tries, again.failures) == (waiting.notice, 1, 1)
    assert ledger.notices.next_for(TO[1], at=NOW, within_s=30) is not None


def test_an_address_that_fails_is_seen_to_until_a_message_goes_through(ledger: Ledger) -> None:
    for minute in range(3):
        ledger.notices.not_sent(TO[0], None, f"refused {minute}", at=at(minute), due_at=None, given_up=True)
    (seen,) = ledger.notices.failing()
    assert (seen.label, seen.since, seen.failures, seen.why) == (TO[0], NOW, 3, "refused 2")
    ledger.notices.sent(TO[0], None, at=at(3))
    assert ledger.notices.failing() == ()


def test_a_clock_set_back_does_not_silence_an_address(ledger: Ledger) -> None:
    tell(ledger)
    ledger.notices.not_sent(TO[0], None, "refused", at=at(300), due_at=at(310), given_up=False)
    assert next_for(ledger) is not None


def test_nobody_is_woken_by_yesterday_s_messages(ledger: Ledger) -> None:
    tell(ledger)
    assert next_for(ledger, minutes=61) is None
    assert next_for(ledger) is None  # it stays so


def test_a_storm_is_cut_off(ledger: Ledger) -> None:
    for number in range(WAITING_AT_MOST + 10):
        tell(ledger, replace(ALERT, id=f"alert {number}"))
    sent = 0
    while (waiting := ledger.notices.next_for(TO[0], at=NOW, within_s=30)) is not None:
        ledger.notices.sent(TO[0], waiting.number, at=NOW)
        sent += 1
    assert sent == WAITING_AT_MOST


def test_a_message_of_one_key_is_posted_once(ledger: Ledger) -> None:
    notice = Notice("phase a passed attempt 1", Severity.INFO, "a: passed", "", NOW)
    ledger.notices.post(notice, TO)
    ledger.notices.post(replace(notice, at=at(1)), TO)
    assert next_for(ledger) == notice
    ledger.notices.sent(TO[0], 1, at=NOW)
    assert next_for(ledger, minutes=1) is None


def test_a_message_says_what_is_wrong_since_when_and_what_to_do() -> None:
    notice = of_alert("night", ALERT, at(90))
    assert notice.body == "It ended.\nStart it again.\nSince 20:00 UTC."
    ended = of_end("night", ALERT.id, ALERT.title, NOW, at(65), seen=True)
    assert ended.body == "It ended at 21:05 UTC, 1 h 05 min after it was told."


def test_an_address_goes_by_its_place_and_its_kind() -> None:
    assert labels(["slack://xoxb/123/456", "${URL}", "secret", "https://hooks.example.com/T1"]) == (
        "notify[0] (slack)",
        "notify[1]",
        "notify[2]",
        "notify[3] (https)",
    )


@given(
    st.lists(st.from_regex(r"[A-Za-z0-9_\-~.]{3,20}", fullmatch=True), min_size=1, max_size=4),
    st.sampled_from(["{}", "could not reach {}: refused", "({})", "a={};b", "/x/{}/"]),
)
def test_no_part_of_an_address_is_left_in_a_text(parts: list[str], text: str) -> None:
    address = f"kind://user:{parts[0]}@{'/'.join(parts)}?token={parts[-1]}"
    for part in parts:
        left = masked(text.format(part), address)
        assert part.lower() not in left.lower() or re.fullmatch(r"[\W_]*", part) or part.lower() in text
