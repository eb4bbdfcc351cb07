"""What found jobs are called: by their labels; several of one label, by what differs between them. Pure.

It gives names once. Who has one keeps it: a name must not change under the eyes of whoever reads it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from backfill_tui.sources.discovery.command_line import Dates, Told, day_of, options_of, stem_of
from backfill_tui.sources.discovery.finder import FoundJob

_ODD = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST = 32  # signs of a value that is still read as part of a name


def names_of(jobs: Sequence[FoundJob], named: Mapping[str, FoundJob] | None = None) -> list[str]:
    """A name for each, in their order, none of them that of a job which is `named` already.

    A job alone with its label is called by that. Others by what tells them apart, too: the years that they do
    (`load-2021_22`), else their months or days, else a word of their command lines (`load-LAL`), else their
    folders or logs. Where nothing does, they are counted: `load`, `load-2`.
    """
    known = dict(named or {})
    names = dict.fromkeys(range(len(jobs)), "")
    by_label = sorted(names, key=lambda i: jobs[i].label)
    for label, places in groupby(by_label, key=lambda i: jobs[i].label):
        fresh = list(places)
        group = [*(jobs[i] for i in fresh), *(job for job in known.values() if job.label == label)]
        for place, difference in zip(fresh, differences(group), strict=False):
            names[place] = _free(f"{label}-{difference}" if difference else label, known)
            known[names[place]] = jobs[place]
    return list(names.values())


def differences(jobs: Sequence[FoundJob]) -> list[str]:
    """For each job what tells it from the others: one trait that does alone, else the fewest first ones together.

    Empty for a job alone, and for those that have nothing of their own.
    """
    rows: list[tuple[str, ...]] = [()] * len(jobs)
    for column in _traits(jobs):
        if len(set(rows)) == len(jobs):
            break
        if all(column) and len(set(column)) == len(jobs):
            return column
        if len(set(zip(rows, column, strict=True))) > len(set(rows)):
            rows = [(*row, value) for row, value in zip(rows, column, strict=True)]
    return ["-".join(filter(None, row)) for row in rows]


def _traits(jobs: Sequence[FoundJob]) -> Iterator[list[str]]:
    """By what jobs may be told apart, a text a job, what says most first; empty for one that has no such trait."""
    yield _ranges([job.told.dates for job in jobs])
    words = [dict(_words(job.command, job.told)) for job in jobs]
    for kind in dict.fromkeys(kind for one in words for kind in one):
        yield [one.get(kind, "") for one in words]
    yield [_short(job.cwd.name) if job.cwd is not None else "" for job in jobs]
    yield [_short(job.logs[0].stem) if job.logs else "" for job in jobs]


def _ranges(ranges: Sequence[Dates | None]) -> list[str]:
    """Ranges in the coarsest form that keeps different ones apart: in years, in months, in days."""
    told: list[str] = []
    for first, last in (("%Y", "%y"), ("%Y-%m", "%Y-%m"), ("%Y-%m-%d", "%Y-%m-%d")):
        told = [_span(dates, first, last) if dates is not None else "" for dates in ranges]
        if len(set(told)) == len(set(ranges)):
            break
    return told


def _words(command: Sequence[str], told: Told) -> Iterator[tuple[str, str]]:
    """Values of its options, then its words by their places; dates are its range's to tell."""
    for option, value in options_of(command):
        if not value.startswith("-") and day_of(value) is None:
            yield f"--{option}", _short(value)
    for place, word in enumerate(command[told.place :]):
        if day_of(word.partition("=")[2] or word) is None:
            yield f"word {place}", _short(word.lstrip("-"))


def _span(dates: Dates, first: str, last: str) -> str:
    """Both ends in their forms, `2021_22`; one where they are the same."""
    start, end = dates
    same = f"{start:{first}}" == f"{end:{first}}"
    return f"{start:{first}}" if same else f"{start:{first}}_{end:{last}}"


def _short(text: str) -> str:
    """A value in the signs of a name; of a path its last part. What would be long tells nothing."""
    usable = _ODD.sub("_", stem_of(text) if "/" in text else text).strip("_.-")
    return usable if len(usable) <= _LONGEST else ""


def _free(name: str, taken: Mapping[str, FoundJob]) -> str:
    """The name, with a number where another job has it already. It never ends as a plan file does."""
    wanted = re.sub(r"\.(?=ya?ml$)", "_", name)
    candidate, number = wanted, 2
    while candidate in taken:
        candidate, number = f"{wanted}-{number}", number + 1
    return candidate
