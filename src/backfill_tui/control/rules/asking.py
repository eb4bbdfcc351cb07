"""Rules are asked so that one that breaks, a mistake in this program, is told of and the others go on. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import ParamSpec

from backfill_tui.control.model import Alert, Severity

_Seen = ParamSpec("_Seen")
_OURS = "backfill_tui."


def asked(
    rule: Callable[_Seen, Iterator[Alert]], now: datetime, /, *seen: _Seen.args, **named: _Seen.kwargs
) -> Iterator[Alert]:
    """What a rule finds; where it raises, what it had found until then, and a warning that names rule and error."""
    try:
        yield from rule(*seen, **named)
    except Exception as error:  # noqa: BLE001 - whatever one rule trips over, the others must still be heard
        yield _broken(name_of(rule), error, now)


def name_of(rule: Callable[..., object]) -> str:
    """Module and function of a rule: `disks.filling`."""
    return f"{rule.__module__.rpartition('.')[2]}.{rule.__name__.lstrip('_')}"


def mistake(error: Exception) -> str:
    """An error in a clause: its type, what it says, and the last line of ours that it came through."""
    where = ""
    trace = error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        where = f", {module}:{trace.tb_lineno}" if module.startswith(_OURS) else where
        trace = trace.tb_next
    said = f": {error}" if str(error) else ""
    return f"{type(error).__name__}{said}{where}"


def _broken(rule: str, error: Exception, now: datetime) -> Alert:
    return Alert(
        id=f"broken:{rule}",
        severity=Severity.WARNING,
        phase=None,
        since=now,
        title=f"The rule {rule} broke",
        detail=f"That is a mistake in this program ({mistake(error)}). What the rule watches for may not be told.",
        action="Please report it, with this line. All other rules go on.",
    )
