"""Short notices in a corner of the screen: plain text, in letters that the terminal can show."""

from textual.app import App
from textual.notifications import SeverityLevel

from backfill_tui.views.spans import plain, to_ascii


def tell(app: App[int], words: str, severity: SeverityLevel = "information", *, seconds: float = 6.0) -> None:
    """Show a sentence for some seconds."""
    shown = plain(words)
    app.notify(
        to_ascii(shown) if app.has_class("-ascii") else shown, severity=severity, markup=False, timeout=seconds
    )
