"""Writes that nobody waits for: in order, the newest of each thing, and all that was put by the end."""

import threading

from backfill_tui.control.ledger import LedgerError
from backfill_tui.engine.keeper import Keeper


def test_what_was_put_is_written_by_the_end_in_its_order() -> None:
    keeper, written = Keeper(), list[int]()
    for number in range(20):
        keeper.put(str(number), lambda number=number: written.append(number))  # type: ignore[misc]
    keeper.close()
    assert written == list(range(20))


def test_of_one_thing_only_the_newest_is_written_while_the_ledger_is_slow() -> None:
    keeper, written = Keeper(), list[str]()
    begun, goes_on = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        assert goes_on.wait(5)

    keeper.put("slow", slow)
    assert begun.wait(5)
    for text in ("old", "older", "new"):
        keeper.put("one", lambda text=text: written.append(text))  # type: ignore[misc]
    assert not written, "whoever puts it does not wait"
    goes_on.set()
    keeper.close()
    assert written == ["new"]


def test_what_the_ledger_does_not_take_keeps_nothing_after_it_from_being_written() -> None:
    keeper, written = Keeper(), list[int]()

    def refused() -> None:
        raise LedgerError("it is locked.", where="ledger.sqlite3")

    keeper.put("a", refused)
    keeper.put("b", lambda: written.append(1))
    keeper.close()
    assert written == [1]
