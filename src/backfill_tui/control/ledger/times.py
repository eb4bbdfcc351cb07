"""Times as the ledger writes them: ISO 8601 in UTC with microseconds, so that their texts sort as they do. Pure."""

from datetime import UTC, datetime


def text_of(at: datetime) -> str:
    """The text of an aware time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(text: str) -> datetime:
    """The time (aware, UTC) of such a text. Raises ValueError if it is none."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without an offset")
    return at
