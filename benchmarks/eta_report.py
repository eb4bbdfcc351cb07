"""The evidence on forecasts as tables and as JSON: errors, ranges, what a resume does to them."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.eta_resume import Resumes
from benchmarks.eta_scores import Ranges, Scores
from benchmarks.machine import revision, this_machine
from benchmarks.report import RESULTS

COVERAGE = (0.75, 0.88)
"""How often 80 % ranges of held-out runs may hold."""

_FOLDS = {"simulated": "plain", "by itself": "by_itself", "calibrated": "calibrated"}


@dataclass(slots=True)
class EtaReport:
    """All rows, and what they are held against. `overall` is by the way in which ranges were made."""

    held_out: int
    earlier: int
    quick: bool
    rows: list[Scores] = field(default_factory=list)
    resumes: list[Resumes] = field(default_factory=list)
    overall: dict[str, Ranges] = field(default_factory=dict)
    began: dict[str, Any] = field(default_factory=lambda: dict(this_machine()))

    def table(self) -> str:
        """Errors, then ranges, then resumes, each with what it is held against."""
        parts = ["When will it be done", self._errors(), self._ranges(), self._overall()]
        if self.resumes:
            parts.append(self._resumes())
        return "\n\n".join(parts)

    def write(self, folder: Path = RESULTS) -> Path:
        """Keep it as JSON; returns where."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "eta.json"
        document = {
            "benchmark": "eta",
            "title": "When will it be done",
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": revision(),
            "quick": self.quick,
            "machine": self.began | {"load_1m_at_end": this_machine()["load_1m"]},
            "commands": ["python -m benchmarks eta"],
            "held_out_runs": self.held_out,
            "earlier_runs": self.earlier,
            "rows": [asdict(row) for row in self.rows],
            "overall": {name: asdict(ranges) for name, ranges in self.overall.items()},
            "resumes": [asdict(row) | {"times": row.times, "kept": row.kept} for row in self.resumes],
        }
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path

    def _errors(self) -> str:
        head = ["median error (p90)", "runs", "ours", *self.rows[0].rivals, "target", "half of tqdm", "best"]
        lines = [
            [
                row.name,
                str(row.runs),
                f"{_factor(row.ours.median)} ({_factor(row.ours.p90)})",
                *(_factor(rival.median) for rival in row.rivals.values()),
                _target(row),
                _word(row, "half of tqdm"),
                _word(row, "best"),
            ]
            for row in self.rows
        ]
        return _aligned([head, *lines])

    def _ranges(self) -> str:
        head = ["80 % ranges held", *(word for name in _FOLDS for word in (name, "over runs", "width"))]
        lines = []
        for row in self.rows:
            cells = [row.name]
            for kind in _FOLDS.values():
                cells += _ranges(getattr(row, kind))
            lines.append([*cells, f"{row.jitter:.1%}", _first(row.first_after), str(row.silent)])
        return _aligned([[*head, "moves", "first", "silent"], *lines])

    def _overall(self) -> str:
        lines = [
            f"  {self.held_out} held-out runs a scenario, 19 points each; calibrated by {self.earlier} other runs.",
            "  Over all held-out runs together 80 % ranges held:",
        ]
        lines += [f"    {name:<12} {_told(ranges)}" for name, ranges in self.overall.items()]
        return "\n".join(lines)

    def _resumes(self) -> str:
        head = ["the first ten dates after a resume", "runs", "first", "error", "without one", "times", ""]
        lines = [
            [
                row.name,
                str(row.runs),
                _first(row.first_after),
                _factor(row.resumed),
                _factor(row.unbroken),
                f"{row.times:.2f}",
                "ok" if row.kept else "MISSED",
            ]
            for row in self.resumes
        ]
        return _aligned([head, *lines])


def judged(row: Scores, at_most: float | None, *, forgiven: bool) -> Scores:
    """A row with its verdicts: the target of its median, half of tqdm's error, and the best of all."""
    row.at_most, row.forgiven = at_most, forgiven
    if at_most is not None:
        row.verdicts["target"] = row.ours.median <= at_most
    row.verdicts["half of tqdm"] = row.ours.log <= row.rivals["tqdm"].log / 2
    row.verdicts["best"] = all(row.ours.log < rival.log for rival in row.rivals.values())
    return row


def _told(ranges: Ranges) -> str:
    ok = "ok" if COVERAGE[0] <= ranges.held <= COVERAGE[1] else "MISSED"
    return (
        f"{ranges.held:.0%} of the time ({ranges.low:.0%} … {ranges.high:.0%} over {ranges.runs} runs), "
        f"{ranges.width:.2f}x wide; {COVERAGE[0]:.0%} … {COVERAGE[1]:.0%} {ok}"
    )


def _ranges(ranges: Ranges | None) -> list[str]:
    if ranges is None:
        return ["–", "", ""]
    over = f"{ranges.low:.0%} … {ranges.high:.0%}" if ranges.runs > 1 else ""
    return [f"{ranges.held:.0%}", over, f"{ranges.width:.2f}x"]


def _factor(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _first(dates: int | None) -> str:
    return "later" if dates is None else str(dates)


def _target(row: Scores) -> str:
    if row.at_most is None:
        return "–"
    return f"≤ {row.at_most:.2f} {'ok' if row.verdicts['target'] else 'MISSED'}"


def _word(row: Scores, verdict: str) -> str:
    words: Mapping[bool, str] = {True: "yes", False: "no (forgiven)" if row.forgiven else "NO"}
    return words[row.verdicts[verdict]]


def _aligned(cells: Sequence[Sequence[str]]) -> str:
    """Words to the left, numbers to the right, a rule under the headings."""
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])
