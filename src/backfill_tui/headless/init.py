"""`init`: what was found running, written as a plan file to keep. It overwrites nothing without being told to."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from backfill_tui.engine.discovery import Roster
from backfill_tui.engine.plans import open_plan
from backfill_tui.errors import BackfillError
from backfill_tui.headless.asking import narrate, put, put_json, said_yes, somebody_is_there
from backfill_tui.headless.init_text import Entry, plan_text
from backfill_tui.headless.written_job import written_job
from backfill_tui.plan.patterns import linear_pattern
from backfill_tui.plan.placeholders import fill_pattern
from backfill_tui.sources.discovery.finder import FoundJob
from backfill_tui.sources.process_match import candidates
from backfill_tui.sources.process_table import ProcessTable

_MOST_SOURCE = 2_000_000  # bytes of a program that are looked through


def init(roster: Roster, output: Path, *, machine: str, zone: ZoneInfo, json_wanted: bool) -> int:
    """Write what the roster finds as a plan; 0 once that is done. Raises BackfillError where it is not."""
    roster.look()
    jobs = roster.jobs
    if not jobs:
        if json_wanted:
            put_json({"path": None, "phases": []})
        raise BackfillError(
            "nothing was found to write a plan of.", todo=" ".join(note for note in roster.notes) or None
        )
    path = output.absolute()
    now = datetime.now(UTC)
    table = ProcessTable()
    entries = [_entry(name, job, table, now) for name, job in jobs]
    text = plan_text(entries, machine=machine, path=path, zone=zone, at=now)
    _may_write(path, output)
    _write(path, output, text, now)
    names = [name for name, _ in jobs]
    if json_wanted:
        put_json({"path": str(output), "phases": names})
        return 0
    put(str(output))
    narrate(
        f"{output} has {len(names)} {'phase' if len(names) == 1 else 'phases'}: {', '.join(names)}. Fill in what"
        f" each writes; then: backfill-tui {output}"
    )
    return 0


def _entry(name: str, job: FoundJob, table: ProcessTable, now: datetime) -> Entry:
    """A job with the shortest pattern that finds it and nobody else; with its number if there is none."""
    words = written_job(job)
    values = {}
    if job.told.dates is not None:
        values = {"start": job.told.dates[0].isoformat(), "end": job.told.dates[1].isoformat()}
    for match in (words.near, words.exact):
        pattern = linear_pattern(fill_pattern(match, values).text)
        found = candidates(pattern, table.at(now), me=os.getpid())
        if [one.pid for one in found] == [job.identity.pid]:
            return Entry(name, job, words, match, lists_dates=_names_dates(job))
    return Entry(name, job, words, words.exact, by_pid=True, lists_dates=_names_dates(job))


def _names_dates(job: FoundJob) -> bool | None:
    """Whether the program's own text has the option that a retry is guessed with; None: it can't be read."""
    text = job.told.program
    program = Path(*text.split(".")).with_suffix(".py") if job.told.is_module else Path(text)
    try:
        with ((job.cwd or Path()) / program).open("rb") as file:
            return re.search(rb"--dates\b", file.read(_MOST_SOURCE)) is not None
    except (OSError, ValueError):
        return None


def _may_write(path: Path, output: Path) -> None:
    """Raises BackfillError where a file lies there and nobody has said that it may go."""
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise BackfillError("this is no plain file.", where=output, todo="Name another with --output FILE.")
    if not somebody_is_there():
        raise BackfillError(
            "there is such a file, and it is not overwritten without asking.",
            where=output,
            todo="Move it, or name another with --output FILE.",
        )
    if not said_yes(f"{output} is there. Overwrite it?"):
        raise BackfillError("it was left as it is.", where=output, todo="--output FILE writes another.")


def _write(path: Path, output: Path, text: str, now: datetime) -> None:
    """Whole or not at all, and only what loads."""
    part = path.with_name(f".{path.stem}.{os.getpid()}.yaml")
    try:
        part.write_text(text, encoding="utf-8")
        open_plan(part, now=now, environ=os.environ)
        part.replace(path)
    except (OSError, UnicodeEncodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise BackfillError(
            f"it can't be written ({why}).", where=output, todo="Name another with --output."
        ) from error
    finally:
        part.unlink(missing_ok=True)
