"""The probes of a plan by what the ledger has of them. Nothing is asked here."""

from contextlib import suppress
from datetime import UTC, datetime

from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.probes import KeptAnswer, ProbeSeen, digest_of, seen_of
from backfill_tui.plan.resolved import Plan


class ProbeBook:
    """The newest answer of each probe, read again when something was written. One caller at a time."""

    def __init__(self, plan: Plan, ledger: Ledger | None) -> None:
        self._probes = {probe.name: (probe, digest_of(probe)) for probe in plan.probes}
        self._ledger = ledger
        self._version: object = None
        self._answers: dict[str, KeptAnswer | None] = {}
        asks = ledger is not None and not ledger.read_only
        self._since = datetime.now(UTC) if asks else None  # since when first answers are waited for

    def look(self) -> tuple[ProbeSeen, ...]:
        """Each probe as it stands, in the plan's order. A ledger that can't be read leaves what was known."""
        if self._ledger is not None and self._probes:
            with suppress(LedgerError):  # the verdict book reads the same ledger, and says what ails it
                self._read(self._ledger)
        return tuple(
            seen_of(probe, self._answers.get(name), self._since) for name, (probe, _) in self._probes.items()
        )

    def _read(self, ledger: Ledger) -> None:
        version = ledger.version
        if version != self._version:
            for name, (_, digest) in self._probes.items():
                self._answers[name] = ledger.probes.newest(name, digest)
            self._version = version
