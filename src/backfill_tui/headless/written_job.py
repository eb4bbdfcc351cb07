"""A job that was found, in the words of a plan file: its command, and a pattern that finds it. Pure.

What is guessed is said to be; nothing is made up where the command line does not tell.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from backfill_tui.sources.discovery.command_line import END_OPTIONS, START_OPTIONS, Told, day_of, spelled
from backfill_tui.sources.discovery.finder import FoundJob

_START, _END = "\0s", "\0e"  # no word of a command line can hold a NUL
_SHORT = {"start": _START, "begin": _START, "from": _START, "end": _END, "until": _END, "to": _END}
_FRESH = frozenset(("noresume", "fresh", "fromscratch", "restart", "clearcheckpoint", "resetcheckpoint"))
"""Options that would make a retry throw away what is there."""


@dataclass(frozen=True, slots=True)
class WrittenJob:
    """The words of one job. `retry` is a guess; None where there is nothing to guess from."""

    command: tuple[str, ...]
    retry: tuple[str, ...] | None
    near: str  # a pattern of its program and range
    exact: str  # a pattern of its whole command line


def written_job(job: FoundJob) -> WrittenJob:
    """How a plan would start, retry and find a job that runs now."""
    marked = _marked(job.command, job.told)
    pattern = [_escaped(word) for word in _as_found(marked, job.told)]
    last = max(
        (i for i, word in enumerate(pattern) if "{start}" in word or "{end}" in word), default=len(pattern) - 1
    )
    return WrittenJob(
        command=tuple(map(_placed, marked)),
        retry=_retry(marked),
        near=" ".join(pattern[: last + 1]),
        exact=" ".join(pattern),
    )


def _marked(command: Sequence[str], told: Told) -> list[str]:
    """The command with marks in place of the first and last date, where they are written as a plan writes them."""
    words = list(command)
    if told.dates is None:
        return words
    texts = {_START: told.dates[0].isoformat(), _END: told.dates[1].isoformat()}
    for place, mark, value in _values(command):
        if value == texts[mark]:
            words[place] = words[place][: len(words[place]) - len(value)] + mark
    for mark, text in texts.items():
        if not any(mark in word for word in words) and text in words[1:]:
            words[words.index(text, 1)] = mark
    return words


def _values(command: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Where the values of the range's options stand, which of both they are, and what they say."""
    for place, word in enumerate(command[1:], 1):
        name, assigned, value = word.partition("=")
        mark = _mark(name)
        if mark is None:
            continue
        if assigned:
            yield place, mark, value
        elif place + 1 < len(command):
            yield place + 1, mark, command[place + 1]


def _mark(option: str) -> str | None:
    name = spelled(option)
    if name in START_OPTIONS:
        return _START
    if name in END_OPTIONS:
        return _END
    return _SHORT.get(name) if option.startswith("-") else None


def _retry(marked: Sequence[str]) -> tuple[str, ...] | None:
    """The command without its range, and with a list of dates: what such jobs usually take."""
    range_words: set[int] = set()
    for place, mark, value in _values(marked):
        named = spelled(marked[place if "=" in marked[place] else place - 1].partition("=")[0])
        if named not in _SHORT or value == mark or day_of(value) is not None:
            range_words |= {place} if "=" in marked[place] else {place - 1, place}
    if not range_words:
        return None
    kept = [
        word
        for place, word in enumerate(marked)
        if place not in range_words and spelled(word.lstrip("-")) not in _FRESH
    ]
    return (*map(_placed, kept), "--dates", "{dates}")


def _as_found(marked: Sequence[str], told: Told) -> list[str]:
    """The words from the program on: what stands before it differs from one start to the next."""
    place = min(told.place, len(marked) - 1)
    return [PurePath(marked[place]).name or marked[place], *marked[place + 1 :]]


def _placed(word: str) -> str:
    doubled = word.replace("{", "{{").replace("}", "}}")
    return doubled.replace(_START, "{start}").replace(_END, "{end}")


def _escaped(word: str) -> str:
    return re.escape(word).replace(_START, "{start}").replace(_END, "{end}").replace(r"\-", "-")
