"""What must hold of phases: names, dates, signs of life, and what they refer to."""

import re
from collections.abc import Collection, Iterator

from backfill_tui.plan.draft import Draft
from backfill_tui.plan.model.file import PlanWritten

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")  # a folder is named after it: runs/<phase>.<n>
_NAME_SAID = (
    "a phase's name is made of letters (a-z, A-Z), digits, `_`, `-` and `.`, and does not begin with `-` or `.`"
)
_SIGNS_OF_LIFE = ("command", "process", "log", "checkpoint", "suites")


def _names_are_usable(plan: PlanWritten, draft: Draft) -> None:
    if not plan.phases and not draft.broken("phases"):
        draft.refuse(("phases",), "is empty; name at least one phase")
    for name in draft.names("phases"):
        if not _NAME.fullmatch(name):
            draft.refuse(
                ("phases", name),
                _NAME_SAID,
            )
        elif name.endswith((".yaml", ".yml")):
            draft.refuse(("phases", name), "would be taken for a plan file on the command line; name it otherwise")


def _a_phase_shows_itself(plan: PlanWritten, draft: Draft) -> None:
    for name, phase in plan.phases.items():
        here = ("phases", name)
        if not any(getattr(phase, key) or draft.broken(*here, key) for key in _SIGNS_OF_LIFE):
            draft.refuse(here, "has none of command, process, log, checkpoint, suites; give at least one")
        process = phase.process
        named = process is None or process.pid is not None or process.match is not None
        if not named and not draft.broken(*here, "process"):
            draft.refuse((*here, "process"), "names no process; give pid or match")


def _commands_make_sense(plan: PlanWritten, draft: Draft) -> None:
    for name, phase in plan.phases.items():
        here = ("phases", name)
        if phase.start == "auto" and phase.command is None and not draft.broken(*here, "command"):
            draft.warn((*here, "start"), "auto has no effect on a phase without `command`")
        if phase.retry and not any("{dates}" in word for word in phase.retry):
            draft.warn(
                (*here, "retry"), "does not contain {dates}, so it would not run the dates that are asked for"
            )
        for variable in phase.env:
            if not variable or "=" in variable:
                draft.refuse((*here, "env", variable), "is no name of an environment variable")


def _dates_are_a_range_or_a_file(plan: PlanWritten, draft: Draft) -> None:
    for name, phase in plan.phases.items():
        here = ("phases", name, "dates")
        dates = phase.dates
        if dates is None or draft.broken(*here):
            continue
        if dates.csv is not None and (dates.start is not None or dates.end is not None):
            draft.refuse(here, "has both a file and a range; give start and end, or csv")
        elif dates.csv is None:
            for key in ("start", "end"):
                if getattr(dates, key) is None:
                    draft.refuse((*here, key), "is missing; give start and end, or csv")


def _units_have_a_calendar(plan: PlanWritten, draft: Draft) -> None:
    for name, phase in plan.phases.items():
        if phase.units == "calendar" and plan.calendar is None and not draft.broken("calendar"):
            draft.refuse(("phases", name, "units"), "calendar is wanted, but the plan has none; add `calendar:`")


def known_dialects(plan: PlanWritten, draft: Draft, names: Collection[str]) -> None:
    """Refuse dialects that are none of these. A rule apart: only who reads the dialects knows their names."""
    for name, phase in plan.phases.items():
        path = ("phases", name, "dialect")
        if phase.dialect not in names and not draft.broken(*path):
            draft.refuse_name(path, "dialect", phase.dialect, names)


def _references_lead_somewhere(plan: PlanWritten, draft: Draft) -> None:
    phases, suites = draft.names("phases"), draft.names("suites")
    if plan.deadline and plan.deadline.phase not in phases and not draft.broken("deadline", "phase"):
        draft.refuse_name(("deadline", "phase"), "phase", plan.deadline.phase, phases)
    for name, phase in plan.phases.items():
        here = ("phases", name)
        for path, kind, meant in [
            *(((*here, "after", index), "phase", upstream) for index, upstream in enumerate(phase.after)),
            *(((*here, "suites", index), "suite", suite) for index, suite in enumerate(phase.suites)),
            *(((*here, "inputs", i, "suite"), "suite", wanted.suite) for i, wanted in enumerate(phase.inputs)),
        ]:
            valid = phases if kind == "phase" else suites
            if meant not in valid and not draft.broken(*path):
                draft.refuse_name(path, kind, meant, valid)


def _after_has_no_cycle(plan: PlanWritten, draft: Draft) -> None:
    for cycle in _cycles({name: phase.after for name, phase in plan.phases.items()}):
        path = " → ".join((*cycle, cycle[0]))
        draft.refuse(("phases", cycle[0], "after"), f"waits for itself: {path}; take one of them out")


def _cycles(after: dict[str, list[str]]) -> Iterator[list[str]]:
    """Each cycle that a walk along `after` meets, once; without recursion, since a plan may be long."""
    finished: set[str] = set()
    for root, first in after.items():
        ahead = [(root, iter(first))] if root not in finished else []
        while ahead:
            upstream = next(ahead[-1][1], None)
            trail = [name for name, _ in ahead]
            if upstream is None:
                finished.add(ahead.pop()[0])
            elif upstream in trail:
                yield trail[trail.index(upstream) :]
            elif upstream in after and upstream not in finished:
                ahead.append((upstream, iter(after[upstream])))


def _expectations_are_in_order(plan: PlanWritten, draft: Draft) -> None:
    for name, phase in plan.phases.items():
        start, finish = (phase.expect.start_by, phase.expect.finish_by) if phase.expect else (None, None)
        if start and finish and (start.tzinfo is None) == (finish.tzinfo is None) and finish < start:
            draft.refuse(("phases", name, "expect", "finish_by"), f"{finish} is before start_by {start}")


RULES = (
    _names_are_usable,
    _a_phase_shows_itself,
    _commands_make_sense,
    _dates_are_a_range_or_a_file,
    _units_have_a_calendar,
    _references_lead_somewhere,
    _after_has_no_cycle,
    _expectations_are_in_order,
)
