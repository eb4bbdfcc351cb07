"""The door of the plan: a path in, a frozen `Plan` out, or every mistake in one go."""

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from backfill_tui.plan.draft import Draft
from backfill_tui.plan.problems import PlanRefusedError, Problem, in_order
from backfill_tui.plan.resolve import folder_of, place_of, resolve
from backfill_tui.plan.resolved import Plan
from backfill_tui.plan.rules import apply_rules
from backfill_tui.plan.rules.phases import known_dialects
from backfill_tui.plan.thresholds import Thresholds, fill_references, gather_thresholds
from backfill_tui.plan.yaml_text import read_file


def load_plan(
    path: Path,
    *,
    now: datetime,
    environ: Mapping[str, str] | None = None,
    state_dir: Path | None = None,
    python: str = sys.executable,
    dialects: Collection[str] | None = None,
) -> Plan:
    """The plan of a file, resolved as of `now` (aware).

    `environ` is where `notify` finds its variables and the machine its time zone (default: the process's own);
    `state_dir` takes the place of the plan's; `python` is what `{python}` stands for; `dialects` are the names that
    a phase's may have (`None`: any).
    Raises PlanRefusedError (a PlanError, exit code 78), whose `found` has every mistake of the file at once.
    """
    plan, problems = lint(path, now=now, environ=environ, state_dir=state_dir, python=python, dialects=dialects)
    if plan is None:
        raise PlanRefusedError(problem for problem in problems if problem.severity == "error")
    return plan


def lint(
    path: Path,
    *,
    now: datetime,
    environ: Mapping[str, str] | None = None,
    state_dir: Path | None = None,
    python: str = sys.executable,
    dialects: Collection[str] | None = None,
) -> tuple[Plan | None, tuple[Problem, ...]]:
    """The plan, or `None` where it can't be used, and everything to be said about it, warnings too."""
    environ = os.environ if environ is None else environ
    reading = read_file(path)
    if reading.root is None:
        return None, tuple(reading.problems)
    draft = Draft(str(path), reading.root, reading.problems)
    thresholds, usable = _thresholds(draft, path)
    fill_references(draft, thresholds, silent=not usable)
    written = draft.model()
    apply_rules(written, draft)
    if dialects is not None:
        known_dialects(written, draft, dialects)
    place = place_of(draft, written, path, now=now, environ=environ, python=python)
    if state_dir is not None:
        place = replace(place, state_dir=state_dir.absolute())
    plan = resolve(written, place, path, thresholds=thresholds or {}, environ=environ)
    problems = tuple(in_order(draft.problems, draft.name))
    if any(problem.severity == "error" for problem in problems):
        return None, problems
    return replace(plan, warnings=problems), problems


def _thresholds(draft: Draft, path: Path) -> tuple[Thresholds | None, bool]:
    """The thresholds that the plan names (`None`: it names none), and whether their file can be trusted."""
    named = draft.value.get("thresholds")
    if not isinstance(named, str) or not named.strip():
        return None, named is None
    name = os.path.normpath(path.parent / named)
    thresholds, problems = gather_thresholds(read_file(folder_of(path) / named, name), name)
    draft.take(("thresholds",), problems)
    return thresholds, not problems
