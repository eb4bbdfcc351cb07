"""The thresholds file, and `${section.key}` in a plan. A section is part of the name: no key is found in another's.

References are filled before anything else is looked at, so that a whole value keeps its type (a number stays one).
"""

import re
from collections.abc import Mapping
from typing import Any

from backfill_tui.plan.draft import Draft
from backfill_tui.plan.problems import Problem, listed, nearest
from backfill_tui.plan.yaml_text import Reading
from backfill_tui.plan.yaml_tree import KeyPath, Scalar, written

_REFERENCE = re.compile(r"\$\{(?!\{)([^{}]*)(\}?)")
Thresholds = Mapping[str, Scalar]


def gather_thresholds(reading: Reading, name: str) -> tuple[dict[str, Scalar], list[Problem]]:
    """What a thresholds file says, and what is wrong with it."""
    found: dict[str, Scalar] = {}
    problems = list(reading.problems)
    sections = reading.root.value if reading.root else {}
    for section, entry in sections.items() if isinstance(sections, Mapping) else ():
        if entry.node.value is None:
            continue
        if not isinstance(entry.node.value, Mapping):
            problems.append(_problem(name, entry.at, section, "must be a section: a mapping of names to numbers"))
            continue
        for key, value in entry.node.value.items():
            if isinstance(value.node.value, tuple | Mapping) or value.node.value is None:
                problems.append(_problem(name, value.at, f"{section}.{key}", "must be a number or a text"))
            else:
                found[f"{section}.{key}"] = value.node.value
    return found, problems


def _problem(name: str, at: Any, key: str, message: str) -> Problem:
    return Problem(name, at.line, at.column, key, message)


def fill_references(draft: Draft, thresholds: Thresholds | None, *, silent: bool = False) -> None:
    """Put thresholds for `${section.key}` everywhere but in `notify`, whose `${…}` are environment variables.

    `thresholds` is `None` where the plan names no file. A value with a reference that can't be filled is dropped;
    with `silent`, as when the thresholds file itself is broken, it is dropped without a word.
    """
    filling = _Filling(draft, thresholds, silent)
    for key in draft.value:
        if key != "notify":
            draft.value[key] = filling.of(draft.value[key], (key,))
    for path in filling.unfilled:
        draft.drop(path)


def referred_to(value: Any) -> list[str]:
    """Each `section.key` that a value refers to somewhere in it, once."""
    match value:
        case dict():
            found = [key for inner in value.values() for key in referred_to(inner)]
        case list():
            found = [key for inner in value for key in referred_to(inner)]
        case str():
            found = [one[1] for one in _REFERENCE.finditer(value)]
        case _:
            found = []
    return list(dict.fromkeys(found))


class _Filling:
    """One walk over the values of a draft."""

    def __init__(self, draft: Draft, thresholds: Thresholds | None, silent: bool) -> None:
        self.draft = draft
        self.named = thresholds is not None
        self.thresholds: Thresholds = thresholds or {}
        self.silent = silent
        self.unfilled: list[KeyPath] = []

    def of(self, value: Any, path: KeyPath) -> Any:
        """The value with its references filled."""
        match value:
            case dict():
                return {key: self.of(inner, (*path, key)) for key, inner in value.items()}
            case list():
                return [self.of(inner, (*path, index)) for index, inner in enumerate(value)]
            case str() if "${" in value:
                return self._text(value, path)
        return value

    def _text(self, text: str, path: KeyPath) -> Scalar:
        wrong = [found for found in _REFERENCE.finditer(text) if not found[2] or found[1] not in self.thresholds]
        for found in wrong if not self.silent else ():
            self._refuse(found, path)
        if wrong:
            self.unfilled.append(path)
            return text
        whole = _REFERENCE.fullmatch(text)
        if whole:
            return self.thresholds[whole[1]]
        return _REFERENCE.sub(lambda found: written(self.thresholds[found[1]]) or "", text)

    def _refuse(self, found: re.Match[str], path: KeyPath) -> None:
        if not found[2]:
            self.draft.refuse(path, f"'{found[0][:40]}' has no closing brace; write ${{section.key}}")
        elif not self.named:
            self.draft.refuse(path, f"${{{found[1]}}} has no value: the plan names no `thresholds` file")
        else:
            near = nearest(found[1], self.thresholds)
            known = "" if near else f"; it has: {listed(self.thresholds)}"
            self.draft.refuse(path, f"${{{found[1]}}} is not in the thresholds file{known}", near=near)
