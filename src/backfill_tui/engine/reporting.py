"""The report of a plan at one moment: a snapshot, and what the ledger has beside it. It only reads.

For the command line, for the end of a `run`, and for the screen's page.
"""

import asyncio
import os
import stat
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from pathlib import Path

from backfill_tui.control.attempt import Attempt
from backfill_tui.control.launch.reconcile import look
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.ledger.history import entry_of
from backfill_tui.control.offer import Entry
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Plan
from backfill_tui.plan.shipped import shipped
from backfill_tui.views.report import report_of
from backfill_tui.views.report_markdown import TemplateError, render
from backfill_tui.views.report_model import Report

_TEMPLATE = "report.md.j2"
_LARGEST_TEMPLATE = 1_000_000  # bytes
_BY_COMMAND = "`backfill-tui report --output FILE` writes it."


class Reporting:
    """Writes reports for a screen: none of its methods blocks the event loop."""

    def __init__(self, plan: Plan, ledger: Ledger | None, *, read_only: bool) -> None:
        self._plan = plan
        self._ledger = ledger
        self._read_only = read_only

    async def text(self, snapshot: Snapshot) -> str:
        """The report of a snapshot as Markdown, by the plan's template. Raises BackfillError."""
        return await asyncio.to_thread(self._text, snapshot)

    async def save(self, snapshot: Snapshot, text: str) -> Path:
        """Write a report beside the plan, under the plan's name and the snapshot's time. Raises BackfillError."""
        if self._read_only:
            raise BackfillError("Nothing is written: this screen is read-only.", todo=_BY_COMMAND)
        name = "".join(c if c.isalnum() or c in "._-" else "_" for c in self._plan.name)
        path = self._plan.folder / f"report_{name}_{snapshot.at:%Y-%m-%d_%H%M%S}.md"
        await asyncio.to_thread(partial(write_whole, path, text))
        return path

    def _text(self, snapshot: Snapshot) -> str:
        path, source = template_of(self._plan)
        return render(gather(self._plan, self._ledger, snapshot), source, str(path))


def gather(
    plan: Plan, ledger: Ledger | None, snapshot: Snapshot, *, scope: Collection[str] | None = None
) -> Report:
    """The report of a snapshot with what the ledger has beside it; that it can't be read is said in a note.

    `scope` names the phases that the whole is judged by; None: all.
    """
    report = partial(
        report_of,
        snapshot,
        next_steps=plan.next_steps,
        scope=scope,
        plan=plan if plan.path.is_file() else None,  # files given by hand have none to name
    )
    if ledger is None:
        return report()
    try:
        attempts = tuple(look(attempt, plan.state_dir / "runs") for attempt in ledger.attempts.all())
        history = _as_seen(ledger.history.entries(), attempts)
    except LedgerError as error:
        return report(notes=(f"What was done is left out, since the ledger can't be read: {error}",))
    return report(attempts=attempts, history=history)


def _as_seen(history: Sequence[Entry], attempts: Iterable[Attempt]) -> tuple[Entry, ...]:
    """The history with launches as they have been seen to end, whether or not anybody has noted that yet."""
    launches = {(entry.phase, entry.what): entry for entry in map(entry_of, attempts)}
    return tuple(launches.get((entry.phase, entry.what), entry) for entry in history)


def template_of(plan: Plan, named: Path | None = None) -> tuple[Path, str]:
    """The template to use and its text: the one named, else the plan's, else ours. Raises TemplateError (78)."""
    path = named or plan.report_template or shipped(_TEMPLATE)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would block for ever
            raise TemplateError("this is not a plain file.", where=path, todo="Name a text file.")
        with path.open("rb") as file:
            raw = file.read(_LARGEST_TEMPLATE + 1)
        if len(raw) > _LARGEST_TEMPLATE:
            raise TemplateError(
                "the file is larger than 1 MB.", where=path, todo="This is no template of a report."
            )
        return path, raw.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise TemplateError("there is no such template.", where=path, todo="Check the name.") from error
    except UnicodeDecodeError as error:
        raise TemplateError("this is not a text file in UTF-8.", where=path, todo="Save it as such.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TemplateError(
            f"the template can't be read ({reason}).", where=path, todo="Check the name."
        ) from error


def write_whole(path: Path, text: str) -> None:
    """Write a file such that whoever reads it finds the old text or the new one, never a part of it.

    A link keeps leading where it leads; what is no plain file (a pipe, /dev/null) is written to as it is.
    Raises BackfillError where that can't be done; nothing is left behind then.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        written = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            with written.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                written.chmod(stat.S_IMODE(target.stat().st_mode))
            written.replace(target)
        finally:
            written.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BackfillError(
            f"the report can't be written ({reason}).", where=path, todo="Name another file with --output."
        ) from error
