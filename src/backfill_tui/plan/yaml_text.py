"""YAML as the user typed it: text in, a `yaml_tree.Node` and problems out.

No surprises: only whole numbers, decimals, `true`, `false` and `null` mean something; times, dates, `no` and `yes`
stay text, and numbers remember how they were written. Duplicate keys are refused, and aliases cannot blow up.
What the keys mean is not known here.
"""

import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from backfill_tui.plan.problems import Problem
from backfill_tui.plan.yaml_tree import (
    DecimalNumber,
    Entry,
    KeyPath,
    Node,
    Position,
    Scalar,
    WholeNumber,
    dotted,
    written,
)

MAX_BYTES = 4_000_000
MAX_DEPTH = 60
MAX_VALUES = 100_000  # after aliases are followed

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:[0-9]{1,20}\.[0-9]{0,30}|\.[0-9]{1,30}|[0-9]{1,20}(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_EMPTY = "the file is empty; write `key: value` lines"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is built in: 10 times faster


@dataclass(slots=True)
class Reading:
    """What a file said. `root` is `None` when nothing of it can be used."""

    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)


class _Unusable(Exception):  # noqa: N818 - never leaves this module
    """The rest of the file can't be read."""

    def __init__(self, message: str, at: Position | None = None) -> None:
        self.message = message
        self.at = at


def read_file(path: Path, name: str | None = None) -> Reading:
    """Read a YAML file whose top is a mapping. Never raises: what is wrong is in `problems`, under `name`."""
    name = name or str(path)
    try:
        text = _text_of(path)
    except _Unusable as reason:
        return Reading(problems=[Problem(name, None, None, "", reason.message)])
    return read_text(text, name)


def read_text(text: str, name: str) -> Reading:
    """Read YAML text whose top is a mapping; `name` is what problems call the file."""
    builder = _Builder(name)
    try:
        _refuse_unprintable(text)
        root = builder.document(text)
    except _Unusable as reason:
        line, column = (reason.at.line, reason.at.column) if reason.at else (None, None)
        return Reading(problems=[*builder.problems, Problem(name, line, column, "", reason.message)])
    return Reading(root, builder.problems)


def _text_of(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _Unusable("this is a directory, not a file; name the file in it")
        if not stat.S_ISREG(mode):  # a pipe would block for ever
            raise _Unusable("this is not a plain file; name a YAML file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _Unusable("there is no such file; check the name") from None
    except PermissionError:
        raise _Unusable("the file may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _Unusable(f"the file can't be read ({reason}); check the name") from None
    if len(raw) > MAX_BYTES:
        raise _Unusable(f"the file is larger than {MAX_BYTES // 1_000_000} MB; this is not a YAML file of settings")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Unusable(
            f"this is not a text file in UTF-8 (line {line} has other bytes); save it as such"
        ) from None


def _refuse_unprintable(text: str) -> None:
    found = _UNPRINTABLE.search(text)
    if found is None:
        return
    if found[0] == "\0":
        raise _Unusable("this is not a text file (it holds NUL bytes); name a YAML file")
    start = found.start()
    at = Position(text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    raise _Unusable(f"a control character (U+{ord(found[0]):04X}) stands here; remove it", at)


class _Builder:
    """Makes nodes of parser events. Recursion is bounded by MAX_DEPTH, the whole by MAX_VALUES."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self._anchors: dict[str, Node | None] = {}  # None: still open
        self._values = 0

    def document(self, text: str) -> Node:
        """The one document of a text."""
        try:
            events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
            next(events)  # the stream begins
            if isinstance(next(events), yaml.StreamEndEvent):
                raise _Unusable(_EMPTY)
            root = self._node(next(events), events, ())
            next(events)  # the document ends
            after = next(events)
        except yaml.MarkedYAMLError as error:
            raise _syntax(error, text) from None
        except yaml.YAMLError:
            raise _Unusable("this is not YAML; check its encoding") from None
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Unusable("a second document (`---`) begins here; a file holds one", _place(after.start_mark))
        if root.value is None:
            raise _Unusable(_EMPTY)
        if not isinstance(root.value, Mapping):
            raise _Unusable("the file is not a mapping; write `key: value` lines", root.at)
        return root

    def _node(self, event: Any, events: Iterator[Any], path: KeyPath) -> Node:
        at = _place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, at)
        self._values += 1
        if len(path) > MAX_DEPTH:
            raise _Unusable(f"values are nested more than {MAX_DEPTH} deep; flatten them", at)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._refuse_tag(event, at, path)
        match event:
            case yaml.ScalarEvent():
                node = Node(_scalar(event), at)
            case yaml.SequenceStartEvent():
                node = self._sequence(events, at, path)
            case _:
                node = self._mapping(events, at, path)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, anchor: str | None, at: Position) -> Node:
        if anchor is None or anchor not in self._anchors:
            raise _Unusable(f"`*{anchor}` stands for nothing; write `&{anchor}` before it, or quote the text", at)
        node = self._anchors[anchor]
        if node is None:
            raise _Unusable(f"`*{anchor}` lies inside of what it stands for; write it out", at)
        self._values += node.weight
        if self._values > MAX_VALUES:
            raise _Unusable(f"aliases make more than {MAX_VALUES:,} values of this file; write them out", at)
        return node

    def _sequence(self, events: Iterator[Any], at: Position, path: KeyPath) -> Node:
        nodes: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            nodes.append(self._node(event, events, (*path, len(nodes))))
        return Node(tuple(nodes), at, 1 + sum(node.weight for node in nodes))

    def _mapping(self, events: Iterator[Any], at: Position, path: KeyPath) -> Node:
        entries: dict[str, Entry] = {}
        merged: list[Node] = []
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key_at = _place(event.start_mark)
            is_merge = isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]
            key = self._key(event, events, path)
            value = self._node(next(events), events, (*path, key or "?"))
            if is_merge:
                merged.extend(value.value if isinstance(value.value, tuple) else [value])
            elif key is None:
                self._refuse(key_at, path, "a key must be text; put it in quotes")
            elif key in entries:
                first = entries[key].at.line
                self._refuse(key_at, (*path, key), f"is given twice, first on line {first}; keep one")
            else:
                entries[key] = Entry(key_at, value)
        self._merge(entries, merged, path)
        return Node(entries, at, 1 + sum(entry.node.weight for entry in entries.values()))

    def _key(self, event: Any, events: Iterator[Any], path: KeyPath) -> str | None:
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor:
                self._anchors[event.anchor] = Node(_scalar(event), _place(event.start_mark))
            return str(event.value)
        node = self._node(event, events, (*path, "?"))
        return written(node.value)

    def _merge(self, entries: dict[str, Entry], merged: list[Node], path: KeyPath) -> None:
        for node in merged:
            if not isinstance(node.value, Mapping):
                self._refuse(node.at, (*path, "<<"), "only a mapping can be merged in; name one with `*`")
                continue
            for key, entry in node.value.items():
                entries.setdefault(key, entry)

    def _refuse_tag(self, event: Any, at: Position, path: KeyPath) -> None:
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            self._refuse(at, path, "a tag (`!…`) has no meaning here; remove it, or put the text in quotes")

    def _refuse(self, at: Position, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(self.name, at.line, at.column, dotted(path), message))


def _scalar(event: Any) -> Scalar:
    text = str(event.value)
    if not event.implicit[0] or event.tag is not None:  # quoted, a block of text, or tagged
        return text
    match text:
        case "" | "~" | "null":
            return None
        case "true":
            return True
        case "false":
            return False
    if _WHOLE.fullmatch(text):
        return WholeNumber(text)
    return DecimalNumber(text) if _DECIMAL.fullmatch(text) else text


def _place(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _syntax(error: yaml.MarkedYAMLError, text: str) -> _Unusable:
    mark = error.problem_mark or error.context_mark
    at = _place(mark) if mark else None
    lines = text.splitlines()
    line = lines[at.line - 1] if at and at.line <= len(lines) else ""
    if line[: len(line) - len(line.lstrip())].count("\t"):
        return _Unusable("the line begins with a tab; indent with blanks", at)
    return _Unusable(f"this is not YAML ({error.problem or 'it ends too early'}); check quotes and indentation", at)
