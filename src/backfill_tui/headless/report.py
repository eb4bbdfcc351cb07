"""`report`: what became of a plan's phases, as Markdown or JSON; the final report once all of them are judged."""

import json
import os
import stat
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Literal

from backfill_tui.control.attempt import Attempt
from backfill_tui.control.launch.reconcile import look
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.ledger.history import entry_of
from backfill_tui.control.offer import Entry
from backfill_tui.control.result import EXIT_CODES
from backfill_tui.engine.ledgers import ledger_of
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Plan
from backfill_tui.plan.shipped import shipped
from backfill_tui.views.report import report_of
from backfill_tui.views.report_json import as_json
from backfill_tui.views.report_markdown import TemplateError, render
from backfill_tui.views.report_model import Report

Format = Literal["md", "json"]

PATIENCE_S = 120.0
"""How long a log may take to be read before the answer is given from what is known."""

_TEMPLATE = "report.md.j2"
_LARGEST_TEMPLATE = 1_000_000  # bytes


def report(opened: OpenedPlan, *, fmt: Format, output: Path | None, template: Path | None) -> int:
    """Print the report, or write it to `output`. `template` takes the place of the plan's, which does of our own.

    Returns 0 while it is not final, since it could tell; then the verdict: 0 pass, 1 fail, 2 warnings, 3 unknown.
    Raises TemplateError (78) for a template that can't be used, BackfillError where `output` can't be written.
    """
    plan = opened.plan
    named = template or plan.report_template or shipped(_TEMPLATE)
    source = _template(named) if fmt == "md" else ""  # what is wrong with it is said before logs are read
    ledger, note = ledger_of(plan, read_only=True)
    watch = PlanWatch(opened, ledger, notes=(note,) if note else (), recordable=not note)
    try:
        snapshot = watch.look_whole(PATIENCE_S)
        made = gather(plan, ledger, snapshot)
    finally:
        watch.close()
        if ledger is not None:
            ledger.close()
    if fmt == "json":
        text = json.dumps(as_json(made, snapshot), ensure_ascii=False, indent=1) + "\n"
    else:
        text = render(made, source, str(named))
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_whole(output, text)
    return EXIT_CODES[made.verdict] if made.final else 0


def gather(
    plan: Plan, ledger: Ledger | None, snapshot: Snapshot, *, scope: Collection[str] | None = None
) -> Report:
    """The report of a snapshot with what the ledger has beside it; that it can't be read is said in a note.

    `scope` names the phases that the whole is judged by; None: all.
    """
    if ledger is None:
        return report_of(snapshot, next_steps=plan.next_steps, scope=scope)
    try:
        attempts = tuple(look(attempt, plan.state_dir / "runs") for attempt in ledger.attempts.all())
        history = _as_seen(ledger.history.entries(), attempts)
    except LedgerError as error:
        note = f"What was done is left out, since the ledger can't be read: {error}"
        return report_of(snapshot, next_steps=plan.next_steps, notes=(note,), scope=scope)
    return report_of(snapshot, attempts=attempts, history=history, next_steps=plan.next_steps, scope=scope)


def _as_seen(history: Sequence[Entry], attempts: Iterable[Attempt]) -> tuple[Entry, ...]:
    """The history with launches as they have been seen to end, whether or not anybody has noted that yet."""
    launches = {(entry.phase, entry.what): entry for entry in map(entry_of, attempts)}
    return tuple(launches.get((entry.phase, entry.what), entry) for entry in history)


def _template(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would block for ever
            raise TemplateError("this is not a plain file.", where=path, todo="Name a text file.")
        with path.open("rb") as file:
            raw = file.read(_LARGEST_TEMPLATE + 1)
        if len(raw) > _LARGEST_TEMPLATE:
            raise TemplateError(
                "the file is larger than 1 MB.", where=path, todo="This is no template of a report."
            )
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
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
