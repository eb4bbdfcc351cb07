"""The door of the plan: a path in, a frozen `Plan` out, or every mistake in one go."""

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from backfill_tui.plan.draft import Draft
from backfill_tui.plan.problems import PlanRefusedError, Problem, in_order, listed
from backfill_tui.plan.resolve import folder_of, place_of, resolve
from backfill_tui.plan.resolved import Plan
from backfill_tui.plan.rules import apply_rules
from backfill_tui.plan.rules.phases import known_dialects
from backfill_tui.plan.thresholds import Thresholds, fill_references, gather_thresholds, referred_to
from backfill_tui.plan.variation import AS_WRITTEN, Variation
from backfill_tui.plan.yaml_text import read_file


def load_plan(
    path: Path,
    *,
    now: datetime,
    environ: Mapping[str, str] | None = None,
    state_dir: Path | None = None,
    python: str = sys.executable,
    dialects: Collection[str] | None = None,
    variation: Variation = AS_WRITTEN,
) -> Plan:
    """The plan of a file, resolved as of `now` (aware).

    `environ` is where `notify` finds its variables and the machine its time zone (default: the process's own);
    `state_dir` takes the place of the plan's; `python` is what `{python}` stands for; `dialects` are the names that
    a phase's may have (`None`: any); `variation` is how a command wants it read otherwise than it is written.
    Raises PlanRefusedError (a PlanError, exit code 78), whose `found` has every mistake of the file at once.
    """
    plan, problems = lint(
        path,
        now=now,
        environ=environ,
        state_dir=state_dir,
        python=python,
        dialects=dialects,
        variation=variation,
    )
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
    variation: Variation = AS_WRITTEN,
) -> tuple[Plan | None, tuple[Problem, ...]]:
    """The plan, or `None` where it can't be used, and everything to be said about it, warnings too."""
    environ = os.environ if environ is None else environ
    reading = read_file(path)
    if reading.root is None:
        return None, tuple(reading.problems)
    draft = Draft(str(path), reading.root, reading.problems)
    variation.vary(draft.value)
    thresholds, usable = _thresholds(draft, path, variation.thresholds)
    fill_references(draft, thresholds, silent=not usable)
    written = draft.model()
    apply_rules(written, draft)
    if dialects is not None:
        known_dialects(written, draft, dialects)
    folder = variation.folder or folder_of(path)
    place = place_of(draft, written, folder, now=now, environ=environ, python=python)
    if state_dir is not None:
        place = replace(place, state_dir=state_dir.absolute())
    plan = resolve(written, place, path, thresholds=thresholds or {}, environ=environ)
    problems = tuple(in_order(draft.problems, draft.name))
    if any(problem.severity == "error" for problem in problems):
        return None, problems
    return replace(plan, warnings=problems), problems


def _thresholds(draft: Draft, path: Path, first: Path | None) -> tuple[Thresholds | None, bool]:
    """What `${…}` may stand for (`None`: nothing), and whether all of it could be read.

    The values of the file `first` come before those of the file that the plan names.
    """
    named = draft.value.get("thresholds")
    own, usable = None, named is None
    if isinstance(named, str) and named.strip():
        own, usable = _gathered(draft, folder_of(path) / named, os.path.normpath(path.parent / named))
    if first is None:
        return own, usable
    given, readable = _gathered(draft, first, str(first))
    left = [key for key in referred_to(draft.value) if key in (own or {}) and key not in given]
    if left and readable:
        draft.warn(("thresholds",), f"{first} does not tell {listed(left)}; the plan's own file does")
    return {**(own or {}), **given}, usable and readable


def _gathered(draft: Draft, path: Path, name: str) -> tuple[Thresholds, bool]:
    """The values of a thresholds file, and whether it is without mistakes: they are told to the draft."""
    found, problems = gather_thresholds(read_file(path, name), name)
    draft.take(("thresholds",), problems)
    return found, not problems
