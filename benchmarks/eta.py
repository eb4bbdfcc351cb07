"""How far forecasts are off and how often ranges hold, beside what others say: whole runs, replayed causally."""

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backfill_tui.progress.calibration import calibrate
from benchmarks import options
from benchmarks.eta_replay import POINTS, Replay, replay
from benchmarks.eta_samples import sample_courses
from benchmarks.eta_scenarios import SCENARIOS, course
from benchmarks.eta_scores import Ranges, Scores, outcomes, scores
from benchmarks.machine import revision, this_machine
from benchmarks.report import RESULTS

_HELD_OUT, _EARLIER = 20, 10
_LOOKING_BACK = 6  # runs a scenario
_FIRST_HELD_OUT = 1000  # seeds: those of earlier runs are below
_TARGETS = {"nothing": 1.15, "parallel": 1.10, "sequential": 1.06}
_COVERAGE = (0.75, 0.88)


@dataclass(slots=True)
class EtaReport:
    """All rows, and what they are held against."""

    runs: int
    earlier: int
    rows: list[Scores] = field(default_factory=list)
    began: dict[str, Any] = field(default_factory=lambda: dict(this_machine()))

    @property
    def overall(self) -> Ranges | None:
        """Of the held-out runs of all scenarios together; None where nothing was calibrated."""
        told = [row for row in self.rows if row.calibrated]
        runs = sum(row.runs for row in told)
        if not runs:
            return None
        held, low, high, width = (
            sum(getattr(row.calibrated, name) * row.runs for row in told) / runs
            for name in ("held", "low", "high", "width")
        )
        return Ranges(held, low, high, width)

    def table(self) -> str:
        """Errors, then ranges."""
        names = list(self.rows[0].rivals)
        errors = [["median error (p90)", "runs", "ours", *names, "target", "half of tqdm", "best"]]
        held = [
            [
                "80 % ranges",
                "simulated",
                "width",
                "by itself",
                "width",
                "calibrated",
                "over runs",
                "width",
                "moves",
                "first",
            ]
        ]
        for row in self.rows:
            errors.append([row.name, str(row.runs), _error(row), *(_factor(e.median) for e in row.rivals.values())])
            errors[-1] += [_target(row), _word(row, "half of tqdm"), _word(row, "best")]
            held.append(_held(row))
        foot = (
            f"  {self.runs} held-out runs a scenario, {len(POINTS)} points each; "
            f"calibrated by {self.earlier} other runs."
        )
        return "\n".join(
            ["When will it be done", "", *_aligned(errors), "", *_aligned(held), "", foot, *self._sum()]
        )

    def _sum(self) -> list[str]:
        overall = self.overall
        if overall is None:
            return []
        count = sum(row.runs for row in self.rows if row.calibrated)
        ok = "ok" if _COVERAGE[0] <= overall.held <= _COVERAGE[1] else "MISSED"
        target = f"(target {_COVERAGE[0]:.0%} … {_COVERAGE[1]:.0%}: {ok})"
        return [f"  Over {count} held-out runs calibrated 80 % ranges held {overall.held:.0%} {target}."]

    def write(self, folder: Path = RESULTS) -> Path:
        """Keep it as JSON; returns where."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "eta.json"
        document = {
            "benchmark": "eta",
            "title": "When will it be done",
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": revision(),
            "quick": self.runs < _HELD_OUT,
            "machine": self.began | {"load_1m_at_end": this_machine()["load_1m"]},
            "commands": ["python -m benchmarks eta"],
            "held_out_runs": self.runs,
            "earlier_runs": self.earlier,
            "rows": [asdict(row) for row in self.rows],
        }
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path


def measure(runs: int, earlier: int, *, only: str = "") -> EtaReport:
    """Replay the samples, and so many runs of every scenario whose name has `only` in it."""
    report = EtaReport(runs, earlier)
    for name, at_most, one in sample_courses():
        if only in name:
            report.rows.append(_judged(scores(name, [replay(one, looking_back=True)], []), at_most, forgiven=False))
    for scenario in SCENARIOS:
        if only not in scenario.name:
            continue
        seeds = range(_FIRST_HELD_OUT, _FIRST_HELD_OUT + runs)
        taught = calibrate(outcomes([replay(course(scenario, seed), with_rivals=False) for seed in range(earlier)]))
        plain: list[Replay] = []
        widened: list[Replay] = []
        for seed in seeds:
            one = course(scenario, seed)
            plain.append(replay(one, looking_back=seed < _FIRST_HELD_OUT + _LOOKING_BACK))
            widened.append(plain[-1].calibrated(taught))
        kind = "nothing" if scenario.told == "nothing" else "parallel" if scenario.workers > 1 else "sequential"
        at_most = None if scenario.forgiven else _TARGETS[kind]
        report.rows.append(_judged(scores(scenario.name, plain, widened), at_most, forgiven=scenario.forgiven))
        print(f"  {scenario.name}: {report.rows[-1].ours.median:.3f}", file=sys.stderr, flush=True)
    return report


def _judged(row: Scores, at_most: float | None, *, forgiven: bool) -> Scores:
    row.at_most, row.forgiven = at_most, forgiven
    if at_most is not None:
        row.verdicts["target"] = row.ours.median <= at_most
    row.verdicts["half of tqdm"] = row.ours.log <= row.rivals["tqdm"].log / 2
    row.verdicts["best"] = all(row.ours.log < rival.log for rival in row.rivals.values())
    return row


def _error(row: Scores) -> str:
    return f"{_factor(row.ours.median)} ({_factor(row.ours.p90)})"


def _factor(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _target(row: Scores) -> str:
    if row.at_most is None:
        return "–"
    return f"≤ {row.at_most:.2f} {'ok' if row.verdicts['target'] else 'MISSED'}"


def _word(row: Scores, verdict: str) -> str:
    return "yes" if row.verdicts[verdict] else "no (forgiven)" if row.forgiven else "NO"


def _held(row: Scores) -> list[str]:
    cells = [row.name, f"{row.plain.held:.0%}", f"{row.plain.width:.2f}x"]
    cells += [f"{row.by_itself.held:.0%}", f"{row.by_itself.width:.2f}x"]
    if row.calibrated is None:
        cells += ["–", "", ""]
    else:
        one = row.calibrated
        cells += [f"{one.held:.0%}", f"{one.low:.0%} … {one.high:.0%}", f"{one.width:.2f}x"]
    return [*cells, f"{row.jitter:.1%}", "> 12" if row.first_after is None else str(row.first_after)]


def _aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    """Words to the left, numbers to the right, a rule under the headings."""
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    return [lines[0], "  ".join("─" * width for width in widths), *lines[1:]]


def main(words: Sequence[str] | None = None) -> int:
    """Measure as the command line asks, print the tables and keep the numbers."""
    parser = options.parser(__doc__)
    parser.add_argument(
        "--only", default="", metavar="WORD", help="scenarios with this in their names; nothing is kept"
    )
    chosen = parser.parse_args(words)
    runs = chosen.rounds or (2 if chosen.quick else _HELD_OUT)
    report = measure(runs, 4 if chosen.quick else _EARLIER, only=chosen.only)
    kept = "" if chosen.only else f"\n\n  kept in benchmarks/results/{report.write().name}\n"
    print(report.table() + kept, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
