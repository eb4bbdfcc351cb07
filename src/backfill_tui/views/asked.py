"""The sentences around a question to the judge: that it is asked, what it costs, and why it can't be."""

from collections.abc import Mapping

from backfill_tui.checks.model import Check, Status
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.views import formats
from backfill_tui.views.spans import plain

NO_SUITES = "This phase has no suites to run: name some in the plan, under suites or inputs of the phase."
NO_JUDGE = "No suites can be run here: they come with a plan that names suites and a warehouse."
READ_ONLY: Mapping[str, str] = {
    "run": "This screen is read-only: it runs no suites. Results that others record are shown.",
    "sample": "This screen is read-only: it asks for no rows.",
}
ESTIMATING = "Finding out how many bytes the suites would read; nothing is billed for that. esc cancels."
SAMPLING = "Asking for rows …"
SAMPLE_UNDER_WAY = "Rows are already being asked for; esc cancels."
_ESTIMATE_UNDER_WAY = "The estimate is already under way; esc cancels."
_RUN_UNDER_WAY = "The suites are already being run; esc cancels."
UNDER_WAY: Mapping[bool, str] = {True: _ESTIMATE_UNDER_WAY, False: _RUN_UNDER_WAY}


def running(suites: int) -> str:
    """That suites are being run."""
    return f"Running {formats.plural(suites, 'suite')}; results appear as they come. esc cancels."


def price(number: int, limit: int | None) -> str:
    """What running would read, and the key that runs it."""
    return f"Would read {formats.size(number)}{_limit(limit)}. v again runs it."


def sample_price(limit: int | None) -> str:
    """That rows cost, too."""
    return f"The sample query is billed, too{_limit(limit)}. s again asks it."


def _limit(limit: int | None) -> str:
    return "" if limit is None else f" (limit {formats.size(limit)} a query)"


def no_sample(check: Check | None) -> str:
    """Why there are no failing rows to ask for, before anybody is asked; empty where somebody may be."""
    if check is None:
        return "Nothing was found yet that rows could explain: v runs the suite."
    name = plain(check.name)
    if check.kind != "metric":
        return f"{name} is no metric: only a metric has a sample query."
    if check.status is Status.PASS:
        return f"{name} passes: no rows make it fail."
    return ""


def kind(check: Check) -> str:
    """What sort of check it is, and how much it counts where that is not as an error."""
    return check.kind if check.severity == "error" else f"{check.kind}, {check.severity}"


def subtitle(view: PhaseView) -> str:
    """The dates that the suites were last run on."""
    dates = next((s.result.dates for s in view.suites if s.result is not None and s.result.dates), None)
    return formats.date_range(dates or view.dates) if dates or view.dates else ""
