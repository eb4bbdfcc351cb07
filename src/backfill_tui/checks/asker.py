"""A warehouse with the bill of what it was asked: each question is estimated first, and none is asked in vain."""

from collections.abc import Callable
from dataclasses import dataclass, field

from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import Answer, AskError, Question, Stop, Warehouse

_OF_THE_WAREHOUSE = frozenset({Reason.UNREACHABLE, Reason.NO_CREDENTIALS, Reason.TIMED_OUT, Reason.CANCELLED})
"""What a dry run fails of, whatever it is that is asked."""


@dataclass
class Bill:
    """What asking has cost so far."""

    queries: int = 0
    bytes_estimated: int = 0
    bytes_billed: int = 0
    open: bool = False  # a query that was left before it answered may be billed, too


@dataclass
class Asker:
    """Asks one warehouse. A question is to be estimated before it is asked: that proves its SQL, and is free."""

    warehouse: Warehouse | None
    stop: Stop
    bill: Bill = field(default_factory=Bill)
    estimated: Callable[[Question, int], None] = lambda _question, _size: None  # told before each is asked
    hopeless: AskError | None = None  # what ails the warehouse itself: no further question would fare better

    def estimate(self, question: Question) -> int:
        """The bytes that a question would read. Raises AskError where its SQL does not hold.

        A division by zero lies in the data: where a dry run meets one already, asking is to find out.
        """
        if self.warehouse is None:
            raise _none_named()
        if self.hopeless is not None:
            raise self.hopeless
        try:
            return self.warehouse.estimate(question, self.stop)
        except AskError as error:
            if error.reason is Reason.DIVISION_BY_ZERO:
                return 0
            if error.reason in _OF_THE_WAREHOUSE:
                self.hopeless = error
            raise

    def ask(self, question: Question, size: int) -> Answer:
        """The answer to a question that was estimated. Raises AskError."""
        if self.warehouse is None:
            raise _none_named()
        self.bill.bytes_estimated += size
        self.bill.queries += 1
        self.estimated(question, size)
        try:
            answer = self.warehouse.ask(question, self.stop)
        except AskError as error:
            self.bill.open |= self.warehouse.bills and error.reason in {Reason.TIMED_OUT, Reason.CANCELLED}
            raise
        self.bill.bytes_billed += answer.bytes_billed
        return answer


def _none_named() -> AskError:
    return AskError(Reason.OTHER, "the plan names no warehouse", todo="Add `warehouse:` to the plan.")
