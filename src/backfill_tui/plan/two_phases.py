"""The night of the old orchestrator: one phase that runs already, and the one that is started after it. Pure.

It chooses both from a plan and says how the plan is to be read for them; what a person typed is checked elsewhere.
"""

import glob
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from backfill_tui.errors import PlanError
from backfill_tui.plan.resolved import Phase, Plan
from backfill_tui.plan.tables import same_table

FIRST, SECOND = "team_offense", "player_game_summary"

_NOT_STARTED = dict.fromkeys(("start", "after", "inputs"))
"""The keys that are of no use to a phase that is only watched; `None` takes them away."""


@dataclass(frozen=True, slots=True)
class Range:
    """First and last date: as they were typed, relative ones too, and which days that is now."""

    words: tuple[str, str]
    days: tuple[date, date]

    @property
    def keys(self) -> Mapping[str, str]:
        """The `dates` of a phase; what is relative stays so, since each attempt has its own today."""
        return {"start": self.words[0], "end": self.words[1]}


@dataclass(frozen=True, slots=True)
class RunsAlready:
    """What is known of phase 1; `log` is an absolute path, and no glob."""

    pid: int
    log: Path
    dates: Range


def first_of(plan: Plan) -> Phase:
    """Phase 1: the one of that night if the plan has it, else its first with dates. Raises PlanError."""
    named = [phase for phase in plan.phases if phase.name == FIRST]
    for phase in (*named, *(phase for phase in plan.phases if phase.dates is not None)):
        return phase
    raise PlanError("no phase has dates, so none can be phase 1.", where=plan.path, todo="Give one its `dates`.")


def second_of(plan: Plan, first: Phase) -> Phase:
    """Phase 2: the one of that night if the plan has it, else what waits for phase 1, else what stands behind it.

    Raises PlanError where none of these could be started.
    """
    named = [phase for phase in plan.phases if phase.name == SECOND]
    waiting = [phase for phase in plan.phases if first.name in phase.after]
    behind = plan.phases[plan.phases.index(first) + 1 :]
    for phase in (*named, *waiting, *behind):
        if phase is not first and phase.command is not None:
            return phase
    what = f"no phase after {first.name} has a `command`, so there is no phase 2 to start."
    raise PlanError(what, where=plan.path, todo="Give the one that is meant its `command`.")


def keys_of(
    plan: Plan, first: Phase, second: Phase, given: RunsAlready, dates: Range | None
) -> dict[str, dict[str, Any]]:
    """The phases to keep, each with the keys that take the place of its own; `dates` are phase 2's, if given.

    Beside the two, those that write one of their tables are watched, so that nobody writes over anybody unseen.
    """
    keys = {first.name: _watched(given), second.name: _started(first, dates)}
    spans = {given.dates.days, dates.days if dates is not None else second.dates}
    for phase in plan.phases:
        writes_theirs = any(same_table(phase.writes, one.writes) for one in (first, second))
        if phase.name not in keys and writes_theirs and not _is_one_of_them(phase, given, spans):
            keys[phase.name] = _seen_only(phase)
    return {phase.name: keys[phase.name] for phase in plan.phases if phase.name in keys}


def _watched(given: RunsAlready) -> dict[str, Any]:
    """It runs, or has run: nothing of it is ever started."""
    log = glob.escape(str(given.log)).replace("{", "{{").replace("}", "}}")
    told = {"dates": given.dates.keys, "log": log, "process": {"pid": given.pid}}
    return {**told, **_NOT_STARTED, "command": None}


def _seen_only(phase: Phase) -> dict[str, Any]:
    """Without its command, unless that is all there is of it: a phase must have something to be seen by."""
    shows_itself = phase.logs or phase.checkpoint or phase.process
    return {**_NOT_STARTED, "command": None} if shows_itself else dict(_NOT_STARTED)


def _started(first: Phase, dates: Range | None) -> dict[str, Any]:
    keys: dict[str, Any] = {"after": [first.name], "start": "auto"}
    return {**keys, "dates": dates.keys} if dates is not None else keys


def _is_one_of_them(phase: Phase, given: RunsAlready, spans: set[tuple[date, date] | None]) -> bool:
    """Whether a phase of the plan is the very backfill that the flags tell of, under another name."""
    same_process = phase.process is not None and phase.process.pid == given.pid
    same_log = any(fnmatchcase(str(given.log), pattern) for pattern in phase.logs)
    return (phase.dates is not None and phase.dates in spans) or same_process or same_log
