"""`doctor`: what works here and what does not, line by line, with how to mend it. Changes nothing."""

import json
import sys
from collections.abc import Iterable, Iterator

from backfill_tui.engine.diagnosis.examination import WITHIN_S, Patient, examined
from backfill_tui.engine.diagnosis.finding import Finding, Level, worst
from backfill_tui.errors import BackfillError
from backfill_tui.headless.asking import put

EXIT_CODES = {Level.OK: 0, Level.WARN: 2, Level.BAD: 1, Level.UNKNOWN: 3}

_INDENT = " " * 20


def doctor(
    patient: Patient, *, json_wanted: bool, refused: BackfillError | None = None, within_s: float = WITHIN_S
) -> int:
    """Print what is found, each line once it is known. The exit code is by the worst: see `EXIT_CODES`.

    `refused`: why there is a plan that can't be used; its exit code is returned then. `within_s`: for each subject.
    """
    findings: list[Finding] = []
    for one in _all(patient, refused, within_s):
        findings.append(one)
        if not json_wanted:
            for line in _lines(one):
                put(line)
    level = worst(findings)
    if json_wanted:
        json.dump(_document(patient, findings, level), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    return refused.exit_code if refused is not None else EXIT_CODES[level]


def _all(patient: Patient, refused: BackfillError | None, within_s: float) -> Iterator[Finding]:
    problems = () if refused is None else tuple(getattr(refused, "problems", ())) or (str(refused),)
    for problem in problems:
        yield Finding("plan", Level.BAD, problem, "Mend the plan; `backfill-tui check` says when it is well.")
    for one in examined(patient, within_s=within_s):
        if refused is None or (one.area != "plan" and one.said not in problems):
            yield one


def _lines(one: Finding) -> Iterable[str]:
    yield f"{one.area:<10} {one.level:<8} {one.said}"
    if one.mend is not None and one.level is not Level.OK:
        yield f"{_INDENT}→ {one.mend}"


def _document(patient: Patient, findings: list[Finding], level: Level) -> dict[str, object]:
    return {
        "plan": None if patient.plan is None else str(patient.plan.path),
        "level": level,
        "findings": [
            {"area": one.area, "level": one.level, "said": one.said, "mend": one.mend} for one in findings
        ],
    }
