"""A validation: suites run side by side, each recorded in the ledger when it is done. Blocks its caller."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from backfill_tui.checks.judge import Court, judge
from backfill_tui.checks.model import Status, SuiteResult, worst
from backfill_tui.control.ledger import AskedBy, Ledger, LedgerError
from backfill_tui.engine.cases import Case

SIDE_BY_SIDE = 4
"""Suites that are asked at once: a warehouse far away is waited for in parallel, one nearby has few cores."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What the suites of one phase found, in the plan's order; `notes` are sentences about the record of it."""

    results: tuple[SuiteResult, ...]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Status:
        """The worst of them."""
        return worst(result.verdict for result in self.results)


def validate(
    cases: Sequence[Case],
    court: Court,
    ledger: Ledger | None,
    *,
    asked_by: AskedBy,
    claimed: int | None = None,
) -> Validation:
    """Run cases of one phase, all of its outputs or all of its inputs, and record them.

    `claimed` is their row in the ledger where there is one already. A ledger that can't be written keeps nothing
    from being judged; the validation then says so.
    """
    if not cases:
        return Validation(())
    record = _Record(ledger, cases, asked_by, claimed)

    def run(case: Case) -> SuiteResult:
        result = judge(case.suite, case.subject, court, now=datetime.now(UTC))
        if not court.stop.requested:  # what was stopped half-way found nothing that should count
            record.keep(result)
        return result

    with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(cases)), thread_name_prefix="suite") as pool:
        try:
            results = tuple(pool.map(run, cases))
        except BaseException:
            court.stop.request()  # or leaving would wait for all that is being asked
            raise
    record.end(None if court.stop.requested else worst(result.verdict for result in results))
    return Validation(results, record.notes)


class _Record:
    """The rows of one validation."""

    def __init__(
        self, ledger: Ledger | None, cases: Sequence[Case], asked_by: AskedBy, claimed: int | None
    ) -> None:
        self._ledger = ledger
        self._phase, self._is_input = cases[0].phase.name, cases[0].is_input
        self._failed: LedgerError | None = None
        self._row = claimed
        if claimed is None:
            self._write(lambda ledger: self._begin(ledger, [case.suite.name for case in cases], asked_by))

    def _begin(self, ledger: Ledger, suites: Sequence[str], asked_by: AskedBy) -> None:
        self._row = ledger.begin_validation(
            self._phase, suites, is_input=self._is_input, asked_by=asked_by, at=datetime.now(UTC)
        )

    def keep(self, result: SuiteResult) -> None:
        row = self._row
        if row is not None:
            self._write(lambda ledger: ledger.record(row, self._phase, result, is_input=self._is_input))

    def end(self, verdict: Status | None) -> None:
        row = self._row
        if row is not None:
            self._write(lambda ledger: ledger.end_validation(row, verdict, at=datetime.now(UTC)))

    @property
    def notes(self) -> tuple[str, ...]:
        return () if self._failed is None else (f"This validation could not be recorded: {self._failed}",)

    def _write(self, action: Callable[[Ledger], None]) -> None:
        if self._ledger is None or self._failed is not None:
            return
        try:
            action(self._ledger)
        except LedgerError as error:
            self._failed = error
