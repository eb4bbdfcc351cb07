"""The text of a plan file for jobs that were found: what is known as keys, what is not as comments."""

import glob
import json
import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from backfill_tui.engine.found import own_zone
from backfill_tui.headless.written_job import WrittenJob
from backfill_tui.sources.discovery.finder import FoundJob

_WIDTH = 112
_HEAD = """\
# Found on {machine} at {at:%Y-%m-%d %H:%M} {zone} and written by `backfill-tui init`.
# `backfill-tui check` lints it, `backfill-tui {name}` opens it; docs/plan.md tells every key.
plan: {plan}
timezone: {zone}                  # clock times shown; times in logs, where a phase has no log_timezone
# deadline: {{phase: {first}, by: {day}T06:30}}
# warehouse: {{backend: duckdb, path: warehouse/}}    # or bigquery: where suites judge what was written

phases:
"""
_UNKNOWN_TABLE = (
    "# writes: dataset.table   # fill in the table that it writes: two writers of one are found by that, and suites"
)
_A_GUESS = {
    True: "# A guess: its program's text has --dates. Try it before you rely on it.",
    False: "# A guess, and a bold one: its program's text has no --dates. Try it before you rely on it.",
    None: "# A guess: whether its program's text has --dates could not be seen. Try it before you rely on it.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A phase to be written. `match` finds its process, by number too where `by_pid`; `lists_dates`: whether its
    program's text names the option that `retry` is guessed with, None where that was not read.
    """

    name: str
    job: FoundJob
    words: WrittenJob
    match: str
    by_pid: bool = False
    lists_dates: bool | None = None


def plan_text(entries: Sequence[Entry], *, machine: str, path: Path, zone: ZoneInfo, at: datetime) -> str:
    """The whole file; `path` (absolute) is where it will lie, `at` (aware) when its jobs were found."""
    local = at.astimezone(zone)
    head = _HEAD.format(
        machine=machine,
        at=local,
        zone=zone.key,
        name=path.name,
        plan=scalar(machine),
        first=entries[0].name,
        day=local.date() + timedelta(days=1),
    )
    return head + "\n".join("\n".join(_phase(entry, path.parent, zone)) + "\n" for entry in entries)


def scalar(text: str) -> str:
    """A text as YAML reads it back, on one line."""
    return _flow(text)


def _phase(entry: Entry, folder: Path, zone: ZoneInfo) -> Iterator[str]:
    job = entry.job
    yield f"  {scalar(entry.name)}:"
    yield from _indented(_keys(entry, folder, zone))
    if job.told.dates is None:
        yield from _indented(["# dates: {start: …, end: …}   # fill in: its command line does not tell them"])


def _keys(entry: Entry, folder: Path, zone: ZoneInfo) -> Iterator[str]:
    job = entry.job
    since = datetime.fromtimestamp(job.identity.started_at, zone)
    yield f"# pid {job.identity.pid}, since {since:%Y-%m-%d %H:%M:%S}"
    for note in job.notes:
        yield from _comment(note)
    yield f"writes: {scalar(job.writes)}" if job.writes else _UNKNOWN_TABLE
    if job.told.dates is not None:
        start, end = job.told.dates
        yield f"dates: {{start: {start}, end: {end}}}"
    yield from _files(job, folder, zone)
    yield from _process(entry)
    yield from _commands(entry, folder)


def _files(job: FoundJob, folder: Path, zone: ZoneInfo) -> Iterator[str]:
    logs = [_pattern(log, folder) for log in job.logs]
    if logs:
        yield f"log: {scalar(logs[0]) if len(logs) == 1 else _flow(logs)}"
    else:
        yield "# log: logs/….log   # none was found: its progress shows once this is filled in"
    theirs = own_zone(job)
    if theirs is not None and theirs.key != zone.key:
        yield f"log_timezone: {scalar(theirs.key)}"
    if job.checkpoint is not None:
        yield f"checkpoint: {scalar(_checkpoint(job, job.checkpoint, folder))}"
    else:
        yield "# checkpoint: …   # none was found by its name"


def _process(entry: Entry) -> Iterator[str]:
    if entry.by_pid:
        yield "# Another process has this command line, too: by its number this one is meant."
        yield f"process: {{pid: {entry.job.identity.pid}, match: {_quoted(entry.match)}}}"
    else:
        yield f"process: {{match: {_quoted(entry.match)}}}"


def _commands(entry: Entry, folder: Path) -> Iterator[str]:
    job, words = entry.job, entry.words
    yield from _wrapped("command", words.command)
    if words.retry is not None:
        yield _A_GUESS[entry.lists_dates]
        yield from _wrapped("retry", words.retry)
    else:
        yield '# retry: […, --dates, "{dates}"]   # the command that runs single dates again, if there is one'
    if job.cwd is not None and job.cwd != folder:
        yield f"cwd: {scalar(_path(job.cwd, folder))}"
    elif job.cwd is None:
        yield "# cwd: …   # fill in the folder that it works in: it may not be read"
    if job.environment:
        yield f"env: {_flow({name: _doubled(value) for name, value in job.environment.items()})}"
    yield "# after: []   # the phases that must be good before it; start: auto starts it then"


def _wrapped(key: str, words: Sequence[str]) -> Iterator[str]:
    """A list on as many lines as it takes."""
    line = f"{key}: ["
    for number, word in enumerate(words, 1):
        item = _flow(word) + ("]" if number == len(words) else ",")
        if len(line) + len(item) > _WIDTH:
            yield line.rstrip()
            line = "  "
        line += f"{item} "
    yield line.rstrip()


def _checkpoint(job: FoundJob, path: Path, folder: Path) -> str:
    """Its path, with the range in its name as placeholders."""
    text = _doubled(_path(path, folder))
    if job.told.dates is None:
        return text
    above, slash, name = text.rpartition("/")
    first, last = (day.isoformat() for day in job.told.dates)
    if first != last:
        name = name.replace(first, "{start}").replace(last, "{end}")
    return f"{above}{slash}{name}"


def _pattern(path: Path, folder: Path) -> str:
    """A log's path; what would be a wildcard in it is itself."""
    text = _path(path, folder)
    return _doubled(glob.escape(text) if glob.has_magic(text) else text)


def _path(path: Path, folder: Path) -> str:
    """From the plan's folder where it lies below it."""
    return os.path.relpath(path, folder) if path.is_relative_to(folder) else str(path)


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _quoted(text: str) -> str:
    """A pattern between single quotes, in which a backslash is itself."""
    return "'" + text.replace("'", "''") + "'" if text.isprintable() else _flow(text)


def _flow(value: str | Sequence[str] | Mapping[str, str]) -> str:
    """A value inside a flow list or mapping, or by itself, on one line."""
    plain = dict(value) if isinstance(value, Mapping) else value if isinstance(value, str) else list(value)
    whole = [plain] if isinstance(plain, str) else plain
    as_it_is = json.dumps(whole, ensure_ascii=False).isprintable()  # else escaped: some breaks would become blanks
    text = yaml.safe_dump(
        whole, default_flow_style=True, allow_unicode=as_it_is, width=10**9, sort_keys=False
    ).strip()
    return text[1:-1] if isinstance(plain, str) else text


def _comment(sentence: str) -> Iterator[str]:
    printable = "".join(sign if sign.isprintable() else "?" for sign in sentence)
    yield from textwrap.wrap(printable, _WIDTH - 4, initial_indent="# ", subsequent_indent="#   ")


def _indented(lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    yield from (f"    {line}" for line in lines)
