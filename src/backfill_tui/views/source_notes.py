"""What is to be said of a phase's sources: its account, process, logs and checkpoint, each with its file."""

from collections.abc import Iterator

from backfill_tui.control.model import NOT_BEGUN, UNDER_WAY, PhaseState
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.sources.files import ABSENT
from backfill_tui.sources.process import Presence


def source_notes(view: PhaseView) -> Iterator[str]:
    """Sentences. That nobody is at a phase that is not at work, and that one to come has no log yet, are none."""
    yield from view.account.notes
    at_work = view.state in UNDER_WAY or view.state is PhaseState.UNKNOWN
    if view.process.note and (at_work or view.process.presence is not Presence.ABSENT):
        yield view.process.note
    for log in view.logs:
        if log.note and not (log.note == ABSENT and view.state in NOT_BEGUN):
            yield f"{log.path}: {log.note}"
    if view.checkpoint is not None and view.checkpoint.note:
        yield f"{view.checkpoint.path}: {view.checkpoint.note}"
    yield from view.remarks
