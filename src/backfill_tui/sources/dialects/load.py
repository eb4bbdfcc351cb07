"""dialects.yaml, ours and a user's, to Dialects. Everything wrong in a file is a sentence with its place."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from backfill_tui.errors import DialectError
from backfill_tui.plan.own_yaml import own_yaml
from backfill_tui.plan.shipped import shipped
from backfill_tui.sources.dialects.compiling import compile_pattern, compile_values
from backfill_tui.sources.dialects.model import Dialect, Pattern
from backfill_tui.sources.dialects.words import CLOSES, FACTS, NEEDED
from backfill_tui.sources.events import Mode

FILE = "dialects.yaml"
_KEYS = frozenset({"title", "fallback", *NEEDED})


@cache
def built_in() -> tuple[Dialect, ...]:
    """The dialects that come with the package, in the order in which they are tried."""
    return read_dialects(shipped(FILE), trusted=True)


def read_dialects(path: Path, *, trusted: bool = False) -> tuple[Dialect, ...]:
    """The dialects of a file; DialectError says what is wrong in it and where."""
    content = own_yaml(path, DialectError)
    dialects = content.get("dialects") if isinstance(content, dict) else None
    if not isinstance(dialects, dict):
        raise DialectError("has no 'dialects:' with a dialect a name below it.", where=path)
    origin = "built in" if trusted else str(path)
    return tuple(_dialect(str(name), body, path, origin, trusted) for name, body in dialects.items())


def own_dialects(folder: Path, environ: Mapping[str, str]) -> tuple[Dialect, ...]:
    """A user's: dialects.yaml in `folder` (beside the plan) and in backfill-tui's folder of their configuration.

    DialectError if one of them is there and can't be used.
    """
    config = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".config")
    found = [path for path in (folder / FILE, config / "backfill-tui" / FILE) if path.is_file()]
    return tuple(dialect for path in found for dialect in read_dialects(path))


def names_of(dialects: Iterable[Dialect]) -> list[str]:
    """What a plan's `dialect:` may be: `auto`, these, and the built-in ones."""
    return list(dict.fromkeys(["auto", *(dialect.name for dialect in (*dialects, *built_in()))]))


def choose(name: str, extra: Iterable[Dialect] = ()) -> tuple[Dialect, ...]:
    """The dialects to try for a log: one by its name, or for `auto` all of them, a user's first."""
    known = [*extra, *built_in()]
    if name == "auto":
        return tuple(known)
    chosen = tuple(dialect for dialect in known if dialect.name == name)[:1]
    if not chosen:
        names = ", ".join(names_of(known))
        raise DialectError(f"there is no dialect '{name}'. There are: {names}.")
    return chosen


def _dialect(name: str, body: Any, path: Path, origin: str, trusted: bool) -> Dialect:
    where = f"{path}: {name}"
    if not isinstance(body, dict):
        raise DialectError("a dialect has patterns below its name.", where=where)
    if unknown := set(body) - _KEYS:
        known = ", ".join(sorted(_KEYS))
        raise DialectError(f"unknown key {min(map(str, unknown))!r}; known are {known}.", where=where)
    fallback = bool(body.get("fallback", False))
    implied = {"counts_only": True} if fallback else {} if body.get("summary") else {CLOSES: True}
    patterns: list[Pattern] = []
    for kind in NEEDED:
        for entry in body.get(kind) or ():
            wanted, facts = _entry(entry, f"{where}.{kind}")
            facts = {**facts, **implied}
            try:
                if isinstance(wanted, str):
                    patterns.append(compile_pattern(kind, wanted, facts, (name,), trusted=trusted))
                else:
                    patterns.append(compile_values(kind, wanted, facts, (name,)))
            except DialectError as error:
                raise DialectError(f"{wanted!r}: {error.what}", where=f"{where}.{kind}") from error
    if not patterns:
        raise DialectError("has no pattern, so it could recognise nothing.", where=where)
    return Dialect(name, str(body.get("title", name)), tuple(patterns), fallback, origin)


def _entry(entry: Any, where: str) -> tuple[str | Mapping[str, str], Mapping[str, str | bool]]:
    """What is to be matched, a pattern or the values of a JSON object, and the facts beside it."""
    if isinstance(entry, str):
        return entry, {}
    entry = entry if isinstance(entry, dict) else {}
    match entry.get("pattern"), entry.get("json"):
        case (str() as pattern, None):
            wanted: str | Mapping[str, str] = pattern
        case (None, dict() as values) if values:
            wanted = _values(values, where)
        case _:
            shapes = "a pattern, {pattern: …} or {json: {KEY: PATTERN}}, the last two with facts beside them"
            raise DialectError(f"each entry is {shapes}.", where=where)
    facts = {key: value for key, value in entry.items() if key not in {"pattern", "json"}}
    for key, value in facts.items():
        if key not in FACTS:
            raise DialectError(f"unknown fact {key!r}; known are {', '.join(FACTS)}.", where=where)
        if not isinstance(value, FACTS[key]) or (key == "mode" and value not in list(Mode)):
            raise DialectError(f"{key}: {value!r} is not possible.", where=where)
    return wanted, facts


def _values(wanted: Mapping[Any, Any], where: str) -> Mapping[str, str]:
    """The patterns of values by their keys; `true` and 3 in YAML are `true` and 3 in JSON."""
    patterns: dict[str, str] = {}
    for key, value in wanted.items():
        if isinstance(value, dict | list | None):
            raise DialectError(f"json.{key}: a value is a pattern; a.b looks inside of a.", where=where)
        patterns[str(key)] = value if isinstance(value, str) else re.escape(str(value).lower())
    return patterns
