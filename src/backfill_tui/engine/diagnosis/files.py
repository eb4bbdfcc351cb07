"""Whether the files of a plan can be read, and its commands be started, by this user."""

import glob
import os
import pwd
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from backfill_tui.control.launch.preflight import preflight
from backfill_tui.control.order import run_order
from backfill_tui.engine.diagnosis.finding import Finding, Level
from backfill_tui.errors import SourceError
from backfill_tui.plan.resolved import Phase
from backfill_tui.sources.files import open_regular

AREA = "files"


def file_findings(phases: Sequence[Phase]) -> Iterator[Finding]:
    """What can't be read or started, a finding each; then how much can."""
    read = 0
    for phase in phases:
        paths = [path for log in phase.logs for path in matches(log)]
        for path in [*paths, *([phase.checkpoint] if phase.checkpoint else [])]:
            found = _of_reading(phase, path)
            read += found is None and path.exists()
            if found is not None:
                yield found
        if phase.logs and not paths:
            yield _of_no_match(phase)
    if read:
        yield Finding(AREA, Level.OK, f"{_counted(read, 'log or checkpoint', 'logs and checkpoints')} can be read.")
    yield from _of_starting([phase for phase in phases if phase.command])


def matches(log: str) -> list[Path]:
    """The files that a log of a plan stands for now: itself where it is a plain path, though it is not there."""
    if not glob.has_magic(log):
        return [Path(log)]
    return sorted(map(Path, glob.iglob(log, recursive=True)))  # noqa: PTH207 - Path.glob refuses absolute patterns


def _of_reading(phase: Phase, path: Path) -> Finding | None:
    """What keeps it from being read; None if nothing does, or it need not be there yet."""
    try:
        descriptor, _ = open_regular(path)
    except SourceError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return _of_absence(phase, path)
        if isinstance(error.__cause__, PermissionError):
            return Finding(AREA, Level.BAD, f"{phase.name}: {path} may not be read{_whose(path)}.", _LET_READ)
        return Finding(AREA, Level.BAD, f"{phase.name}: {error}", "Correct the phase's `log` or `checkpoint`.")
    os.close(descriptor)
    return None


_LET_READ = "Have its owner let this user read it and enter the folders above it, or look as its owner."


def _of_absence(phase: Phase, path: Path) -> Finding | None:
    """A job makes its files; of one that is started elsewhere the plan may also have the wrong name."""
    if phase.command is not None or path == phase.checkpoint:
        return None
    return Finding(
        AREA,
        Level.WARN,
        f"{phase.name}: there is no {path} yet.",
        "Nothing to do if its job has not begun; else correct the phase's `log`.",
    )


def _of_no_match(phase: Phase) -> Finding:
    for folder in map(_fixed, phase.logs):
        if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
            return Finding(AREA, Level.BAD, f"{phase.name}: {folder} may not be looked into.", _LET_READ)
    return Finding(
        AREA,
        Level.WARN,
        f"{phase.name}: no file fits its `log` yet.",
        "Nothing to do if its job has not begun; else correct the pattern.",
    )


def _fixed(log: str) -> Path:
    """The folder of a glob below which names are looked for."""
    return next(folder for folder in Path(log).parents if not glob.has_magic(str(folder)))


def _whose(path: Path) -> str:
    """Its owner and mode, as far as they are told: `: it is alice's (-rw-------)`."""
    try:
        seen = path.stat()
    except OSError:
        return ""
    try:
        owner = pwd.getpwuid(seen.st_uid).pw_name
    except KeyError:
        owner = f"user {seen.st_uid}"
    return f": it is {owner}'s ({stat.filemode(seen.st_mode)})"


def _of_starting(phases: Sequence[Phase]) -> Iterator[Finding]:
    """Whether commands could be started here now, by the conditions of the gate that are about this machine."""
    unmet: dict[tuple[bool | None, str], list[str]] = {}
    startable = 0
    for phase in phases:
        closed = [one for one in preflight(run_order(phase)) if not one.ok]
        startable += not closed
        for one in closed:
            unmet.setdefault((one.ok, one.detail), []).append(phase.name)
    for (ok, why), names in unmet.items():
        level = Level.UNKNOWN if ok is None else Level.BAD
        yield Finding(AREA, level, f"{', '.join(names)}: {why}", "Until then it can't be started from here.")
    if startable:
        yield Finding(AREA, Level.OK, f"{_counted(startable, 'command', 'commands')} could be started from here.")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
