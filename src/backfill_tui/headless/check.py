"""`check`: every problem of a plan file, one a line, and an exit code. It changes nothing and starts nothing."""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from backfill_tui.errors import PlanError
from backfill_tui.plan.load import lint
from backfill_tui.plan.problems import Problem
from backfill_tui.plan.resolved import Plan
from backfill_tui.sources.dialects.load import names_of, own_dialects


def check(path: Path, *, as_json: bool, now: datetime, environ: Mapping[str, str] | None = None) -> int:
    """Print what is to be said of a plan file; returns 78 if it can't be used, else 0 (also with warnings).

    `now` (aware) is what relative dates are resolved against; `environ` is where `notify` finds its variables.
    """
    own = own_dialects(path.parent, os.environ if environ is None else environ)
    plan, problems = lint(path, now=now, environ=environ, dialects=names_of(own))
    if as_json:
        print(json.dumps(_document(plan, path, problems), ensure_ascii=False, indent=2))
    else:
        for line in _lines(plan, path, problems):
            print(line)
    return PlanError.exit_code if plan is None else 0


def _lines(plan: Plan | None, path: Path, problems: tuple[Problem, ...]) -> Iterable[str]:
    yield from map(str, problems)
    if plan is not None:
        verdict = _counted(len(problems), "warning") if problems else "no problems"
        yield f"{path}: {_counted(len(plan.phases), 'phase')}, {_counted(len(plan.suites), 'suite')}, {verdict}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _document(plan: Plan | None, path: Path, problems: tuple[Problem, ...]) -> dict[str, Any]:
    return {
        "plan": plan.name if plan else None,
        "path": str(path),
        "ok": plan is not None,
        "problems": [
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "key": problem.key or None,
                "message": problem.message,
                "nearest": problem.nearest,
                "severity": problem.severity,
            }
            for problem in problems
        ],
    }
