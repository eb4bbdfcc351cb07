"""The ledger: one SQLite file a plan, in which every action is a row before it happens.

Each concern is a class in a module of its own, over the transactions of one `LedgerFile`; here they come together.
"""

from pathlib import Path
from typing import Self

from backfill_tui.control.ledger.acceptances import Acceptances
from backfill_tui.control.ledger.acknowledgements import Acknowledgements
from backfill_tui.control.ledger.attempts import Attempts
from backfill_tui.control.ledger.calendars import Calendars
from backfill_tui.control.ledger.faults import LedgerError
from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.forecasts import Forecasts
from backfill_tui.control.ledger.history import History
from backfill_tui.control.ledger.notices import Notices
from backfill_tui.control.ledger.probes import Probes
from backfill_tui.control.ledger.stops import Stops
from backfill_tui.control.ledger.units import Units
from backfill_tui.control.ledger.validations import AskedBy, Validations

__all__ = ["FILE", "AskedBy", "Ledger", "LedgerError"]

FILE = "ledger.sqlite3"


class Ledger:
    """An open ledger. May be used from several threads and processes; each call is a transaction of its own.

    What is kept has a namespace each: `attempts`, `stops`, `acceptances`, `acknowledgements`, `units`, `forecasts`,
    `probes`, `notices`; `history` is what was done, as one list. Validations and calendars are reached by methods
    of the ledger itself.

    Every call raises LedgerError where the file does not do what is asked of it.
    """

    def __init__(self, file: LedgerFile) -> None:
        self._file = file
        self.attempts = Attempts(file)
        self.stops = Stops(file)
        self.acceptances = Acceptances(file)
        self.acknowledgements = Acknowledgements(file)
        self.units = Units(file)
        self.forecasts = Forecasts(file)
        self.probes = Probes(file)
        self.notices = Notices(file)
        self.history = History(file)
        validations, calendars = Validations(file), Calendars(file)
        self.begin_validation = validations.begin
        self.claim_validation = validations.claim
        self.record = validations.record
        self.end_validation = validations.end
        self.newest_results = validations.newest_results
        self.findings = validations.findings
        self.trends = validations.trends
        self.keep_calendar = calendars.keep
        self.calendar = calendars.kept

    @classmethod
    def open(cls, state_dir: Path) -> Self:
        """The ledger of a state folder, made or brought up to date if need be."""
        try:
            state_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(
                f"the folder can't be made ({error.strerror or error}).",
                where=state_dir,
                todo="Choose another with --state-dir.",
            ) from error
        return cls(LedgerFile.open(state_dir / FILE))

    @classmethod
    def existing(cls, state_dir: Path) -> Self | None:
        """The ledger of a state folder to look at only, if it has one. Nothing is made, nothing can be written."""
        file = LedgerFile.look(state_dir / FILE)
        return None if file is None else cls(file)

    @property
    def read_only(self) -> bool:
        """Whether it was opened to look at only."""
        return self._file.read_only

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever something has been written, by whomever."""
        return self._file.version

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
