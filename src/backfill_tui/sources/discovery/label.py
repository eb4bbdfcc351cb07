"""What a job that nobody has named is called: by its program, or by what that was told to do. Pure."""

import re
from pathlib import PurePath

from backfill_tui.sources.discovery.command_line import INTERPRETERS, Told, stem_of

_PLAIN = frozenset(("job", "jobs", "main", "run", "runner", "backfill", "cli", "app", "manage", "__main__", "etl"))
_ODD = re.compile(r"[^A-Za-z0-9_.-]+")
_AROUND = re.compile(r"(?i)[_-]?backfill(?:er)?$|^(?:run|backfill)[_-]")


def label_of(told: Told) -> str:
    """A name fit for a phase. A program that is called as all are is known by its `--job`, else by its folder.

    What a user's own pattern calls it comes before all that.
    """
    if told.called:
        return _usable(told.called) or "job"
    short = _usable(_AROUND.sub("", _usable(told.stem)))
    if not _says_nothing(short):
        return short
    above = [part for part in reversed(PurePath(told.program).parts[:-1]) if part not in ("/", "..")]
    candidates = (_usable(told.name), *(_usable(_AROUND.sub("", part)) for part in above[:1]), _usable(told.stem))
    return next((name for name in candidates if not _says_nothing(name)), candidates[0] or short or "job")


def _says_nothing(name: str) -> bool:
    return not name or name.lower() in _PLAIN or INTERPRETERS.fullmatch(name) is not None


def _usable(text: str) -> str:
    """Letters, digits, `_`, `-` and `.`; never what would be taken for a plan file."""
    return re.sub(r"\.(?=ya?ml$)", "_", _ODD.sub("_", stem_of(text) if "/" in text else text).strip("_.-"))
