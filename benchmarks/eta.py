"""How far forecasts are off and how often ranges hold, beside what others say: whole runs, replayed causally."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from backfill_tui.progress.calibration import calibrate
from benchmarks import eta_speed, options
from benchmarks.eta_nights import Scenario
from benchmarks.eta_replay import Replay, replay
from benchmarks.eta_report import EtaReport, judged
from benchmarks.eta_resume import resumes
from benchmarks.eta_samples import sample_courses
from benchmarks.eta_scenarios import SCENARIOS, course
from benchmarks.eta_scores import Scores, outcomes, ranges, scores

_HELD_OUT, _EARLIER = 20, 10
_LOOKING_BACK = 10  # runs a scenario
_FIRST_HELD_OUT = 20_260_000
"""Seeds of what is judged. Forecasts were developed on those below 2,000; of these, the first few calibrate."""

_TARGETS = {"nothing": 1.15, "parallel": 1.10, "sequential": 1.06}


@dataclass(slots=True)
class _Held:
    """The held-out runs by how their ranges were made."""

    plain: list[Replay] = field(default_factory=list)
    looking_back: list[Replay] = field(default_factory=list)
    calibrated: list[Replay] = field(default_factory=list)


def measure(runs: int, earlier: int, *, only: str = "", quick: bool = False) -> EtaReport:
    """Replay the samples, and so many runs of every scenario whose name has `only` in it."""
    report = EtaReport(runs, earlier, quick)
    for name, at_most, one in sample_courses():
        if only in name:
            report.rows.append(judged(scores(name, [replay(one, looking_back=True)], []), at_most, forgiven=False))
    held = _Held()
    for scenario in SCENARIOS:
        if only in scenario.name:
            report.rows.append(_row(scenario, runs, earlier, held))
            if scenario.resumed or scenario.workers_after:
                report.resumes.append(resumes(scenario, _seeds(runs)))
            print(f"  {scenario.name}: {report.rows[-1].ours.median:.3f}", file=sys.stderr, flush=True)
    if held.plain:
        report.overall["simulated"] = ranges(held.plain)
        report.overall["by itself"] = ranges([one.by_itself() for one in held.looking_back])
        report.overall["calibrated"] = ranges(held.calibrated)
    return report


def _seeds(runs: int) -> range:
    return range(_FIRST_HELD_OUT, _FIRST_HELD_OUT + runs)


def _row(scenario: Scenario, runs: int, earlier: int, held: _Held) -> Scores:
    """One scenario: runs that calibrate, then others that are judged."""
    taught = calibrate(outcomes([replay(course(scenario, seed), with_rivals=False) for seed in range(earlier)]))
    plain = [
        replay(course(scenario, seed), looking_back=seed < _FIRST_HELD_OUT + _LOOKING_BACK) for seed in _seeds(runs)
    ]
    calibrated = [one.calibrated(taught) for one in plain]
    held.plain += plain
    held.looking_back += plain[:_LOOKING_BACK]
    held.calibrated += calibrated
    kind = "nothing" if scenario.told == "nothing" else "parallel" if scenario.workers > 1 else "sequential"
    at_most = None if scenario.forgiven else _TARGETS[kind]
    return judged(scores(scenario.name, plain, calibrated), at_most, forgiven=scenario.forgiven)


def main(words: Sequence[str] | None = None) -> int:
    """Measure as the command line asks, print the tables and keep the numbers."""
    parser = options.parser(__doc__)
    parser.add_argument(
        "--only", default="", metavar="WORD", help="scenarios with this in their names; nothing is kept"
    )
    chosen = parser.parse_args(words)
    runs = chosen.rounds or (2 if chosen.quick else _HELD_OUT)
    report = measure(runs, 4 if chosen.quick else _EARLIER, only=chosen.only, quick=chosen.quick)
    if not report.rows:
        parser.error(f"no scenario has {chosen.only!r} in its name.")
    kept = "" if chosen.only else f"\n\n  kept in benchmarks/results/{report.write().name}\n"
    print(report.table() + kept, flush=True)
    return 0 if chosen.only else eta_speed.main(["--quick"] if chosen.quick else [])


if __name__ == "__main__":
    sys.exit(main())
