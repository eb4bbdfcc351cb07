"""What to do about a check of which nothing is known, where the warehouse has not said anything better."""

from collections.abc import Mapping

from backfill_tui.checks.model import Reason

TODO: Mapping[Reason, str] = {
    Reason.NO_ROWS: "See whether the table is filled for these dates, and what `where` leaves of it.",
    Reason.NULL_VALUE: "See which of its columns are NULL in these rows.",
    Reason.NOT_A_NUMBER: "Write SQL that gives one finite number.",
    Reason.DIVISION_BY_ZERO: "Use SAFE_DIVIDE, which gives NULL.",
    Reason.MISSING_TABLE: "Correct the name, or run what fills it.",
    Reason.MISSING_COLUMN: "Correct the name, or fill a table that has it.",
    Reason.WRONG_SQL: "Correct the SQL in the plan.",
    Reason.DAMAGED: "Write the file again.",
    Reason.LOCKED: "Try again once its writer has ended.",
    Reason.PERMISSION_DENIED: "Ask for the right to read it.",
    Reason.NO_CREDENTIALS: "Give credentials that may read it.",
    Reason.UNREACHABLE: "Check the network, then try again.",
    Reason.TIMED_OUT: "Try again, or give the suite a longer `timeout`.",
    Reason.TOO_EXPENSIVE: "Narrow the dates or the columns, or give the warehouse a higher `max_bytes_billed`.",
    Reason.CANCELLED: "Run it again.",
    Reason.NO_DATES: "Give the phase `dates` in the plan.",
    Reason.NO_CALENDAR: "Give the plan a `calendar` that covers these dates.",
    Reason.NO_ACCOUNT: "Let the phase run, or name its log or checkpoint in the plan.",
    Reason.NOT_RUN: "Run it by hand to see what ails it.",
    Reason.OTHER: "Try again; `--verbose` tells more.",
}
