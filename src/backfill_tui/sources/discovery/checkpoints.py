"""A job's checkpoint, found by its name: after the job and its range, in the usual places."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from backfill_tui.sources.discovery.command_line import Dates, Told

USUAL = Path("/tmp/backfill_checkpoints")  # noqa: S108 - where such jobs keep them; it is only looked into

_WORDS = re.compile(r"[a-z]+|\d+")
_NOT_A_NAME = frozenset(("backfill", "checkpoint", "checkpoints", "progress", "state", "job", "to", "json", "py"))
_MOST_FILES = 20_000  # of one folder: a folder of more is none of checkpoints


@dataclass(frozen=True, slots=True)
class CheckpointFound:
    """A checkpoint's path; a sentence where several may be meant and none is taken."""

    path: Path | None = None
    note: str = ""


def places(told: Told, cwd: Path | None, logs: Sequence[Path], own: Sequence[Path] = ()) -> tuple[Path, ...]:
    """The folders to look in, the likeliest first; `own` are those of the user's settings."""
    named = [folder for folder in (told.checkpoint_folder,) if folder]
    beside = [
        folder
        for log in logs
        for folder in (log.parent, log.parent / "checkpoints", log.parent.parent / "checkpoints")
    ]
    work = [cwd, cwd / "checkpoints"] if cwd is not None else []
    told_of = [place for text in named if (place := _from(cwd, text)) is not None]
    return tuple(dict.fromkeys((*told_of, *own, USUAL, *beside, *work)))


def checkpoint_of(
    told: Told,
    label: str,
    folders: Iterable[Path],
    *,
    cwd: Path | None,
    command: Sequence[str],
    began_at: float,
    taken: Iterable[Path] = (),
) -> CheckpointFound:
    """The checkpoint of a job that calls itself `label`; `began_at` is when it started, in seconds since the epoch.

    Of several that fit equally well it is the one written since then. Those `taken` are other jobs'.
    """
    others = set(taken)
    if told.checkpoint is not None and (exact := _from(cwd, told.checkpoint)) is not None and exact.is_file():
        if exact in others:
            return CheckpointFound(note=f"Another job keeps its checkpoint, too, and reads it: {exact}.")
        return CheckpointFound(exact)
    if told.dates is None:
        return CheckpointFound()
    words = _words_of_command(command)
    named = [path for path in _named_after(told.dates, folders) if path not in others]
    fitting = [(score, path) for path in named if (score := _likeness(path, told.dates, label, words)) > 0]
    if not fitting:
        return CheckpointFound()
    best = max(score for score, _ in fitting)
    found = [path for score, path in fitting if score == best]
    if len(found) > 1:
        found = [path for path in found if _written_at(path) >= began_at] or found
    if len(found) == 1:
        return CheckpointFound(found[0])
    names = ", ".join(sorted(map(str, found[:3])))
    return CheckpointFound(note=f"Several checkpoints may be its own, so none is read: {names}.")


def _named_after(dates: Dates, folders: Iterable[Path]) -> Iterator[Path]:
    """Every JSON file whose name holds both dates, of each folder once."""
    spellings = [tuple(day.isoformat() for day in dates), tuple(f"{day:%Y%m%d}" for day in dates)]
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                for number, entry in enumerate(entries):
                    if number > _MOST_FILES:
                        break
                    name = entry.name
                    if (
                        name.endswith(".json")
                        and name[0] != "."
                        and any(a in name and b in name for a, b in spellings)
                    ):
                        yield Path(entry.path)
        except OSError:
            continue


def _likeness(path: Path, dates: Dates, label: str, words: frozenset[str]) -> float:
    """How well a file's name fits a job's: 0 not at all; a name of nothing but the range fits a little."""
    text = path.name
    for day in dates:
        text = text.replace(day.isoformat(), " ").replace(f"{day:%Y%m%d}", " ")
    named = frozenset(_words(text)) - _NOT_A_NAME
    own = frozenset(_words(label)) - _NOT_A_NAME
    if not named:
        return 0.1
    if not (named <= words or (own and own <= named)):
        return 0.0
    return len(named & own) / len(named | own) + len(named & words) / len(named) + 0.2


def _words_of_command(command: Sequence[str]) -> frozenset[str]:
    """The words that a command line is made of, of paths only the last parts: a home folder names no job."""
    parts = (part for word in command[1:] for part in PurePath(word.rpartition("=")[2]).parts[-3:])
    return frozenset(word for part in parts for word in _words(part))


def _words(text: str) -> Iterator[str]:
    return (found[0] for found in _WORDS.finditer(text.lower()))


def _from(cwd: Path | None, text: str) -> Path | None:
    path = Path(text)
    return path if path.is_absolute() else cwd / path if cwd is not None else None


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
