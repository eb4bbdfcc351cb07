"""How long a suite takes over one Parquet file a date: `validate` as a whole, the judge alone, DuckDB by hand."""

import json
import math
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.options import Options, main, product
from benchmarks.report import Peer, Report, Row, Target
from benchmarks.timing import Ended, alternate, run

_DATES = 1537
_PROMISED_S = 2.0
_FAILS = frozenset({1})  # the demo's usage rate is broken

_BY_HAND, _A_METRIC = "duckdb, one query", "duckdb, a query a metric"


def measure(options: Options) -> Report:
    """Whole processes, from before they are started until their end; then calls within one process."""
    report = Report("validation", "Judging the demo's largest suite", quick=not options.whole)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.folder) as place:
        folder = Path(place) / "night"
        made = json.loads(_python("benchmarks.warehouse", folder, max(20, int(_DATES * options.size)))().output)
        report.inputs["files"] = f"{made['files']:,} Parquet files, one a date, {made['rows']:,} rows"
        report.inputs["suite"] = "player_game_summary of config/nba.yaml: 7 metrics, one of them by season"
        _processes(folder, options, report)
        _calls(folder, options, report)
    return report


def _processes(folder: Path, options: Options, report: Report) -> None:
    contenders = {
        "metrics": _validate(folder, "metrics"),
        "one": _python("benchmarks.by_hand", folder, "one"),
        "each": _python("benchmarks.by_hand", folder, "each"),
        "whole": _validate(folder, "whole"),
    }
    report.commands += ["backfill-tui validate PLAN PHASE", "python -m benchmarks.by_hand FOLDER {one,each}"]
    ended = alternate(options.rounds, contenders)
    for found, one, each in zip(ended["metrics"], ended["one"], ended["each"], strict=True):
        for by_hand in (one, each):
            _same(_values(found), json.loads(by_hand.output))

    def seconds(name: str) -> tuple[float, ...]:
        return tuple(one.seconds for one in ended[name])

    promised, judged = Target(_PROMISED_S), options.whole
    ours = seconds("metrics")
    report.rows.append(Row("validate", ours, peer=Peer(_BY_HAND, seconds("one")), target=promised, judged=judged))
    report.rows.append(Row("validate", ours, peer=Peer(_A_METRIC, seconds("each"))))
    report.rows.append(_other("  processor time", ended, lambda one: one.cpu_seconds, "s"))
    report.rows.append(_other("  peak memory", ended, lambda one: float(one.peak_bytes), "MB"))
    report.rows.append(Row("  with its free query", seconds("whole"), target=promised, judged=judged))


def _other(what: str, ended: Mapping[str, Sequence[Ended]], of: Callable[[Ended], float], unit: str) -> Row:
    ours, peer = (tuple(of(one) for one in ended[name]) for name in ("metrics", "one"))
    return Row(what, ours, unit, peer=Peer(_BY_HAND, peer))


def _calls(folder: Path, options: Options, report: Report) -> None:
    """A screen has its imports behind it: what is left is the judge."""
    report.commands.append("python -m benchmarks.judging FOLDER ROUNDS")
    told = json.loads(_python("benchmarks.judging", folder, options.rounds)().output)
    ours = tuple(told["ours"])
    target = Target(_PROMISED_S)
    report.rows.append(
        Row("the judge alone", ours, peer=Peer(_BY_HAND, tuple(told["one"])), target=target, judged=options.whole)
    )
    report.rows.append(Row("the judge alone", ours, peer=Peer(_A_METRIC, tuple(told["each"]))))


def _validate(folder: Path, phase: str) -> Callable[[], Ended]:
    """A whole validation, recorded in the ledger as a user's is."""
    words = [*product(), "validate", "--json", str(folder / "backfill.yaml"), phase]
    return lambda: run(words, expected=_FAILS)


def _python(module: str, *words: object) -> Callable[[], Ended]:
    """A module as a process of its own, so that its memory is not counted as that of what this one starts."""
    return lambda: run([sys.executable, "-m", module, *map(str, words)])


def _values(ended: Ended) -> dict[str, float]:
    checks = json.loads(ended.output)["phases"][0]["suites"][0]["checks"]
    return {check["name"]: check["value"] for check in checks}


def _same(ours: Mapping[str, float], by_hand: Mapping[str, float]) -> None:
    """An answer that is wrong has no speed. Raises RuntimeError."""
    for name, value in by_hand.items():
        if not math.isclose(ours[name], value, rel_tol=1e-9):
            raise RuntimeError(f"{name} is {ours[name]} by validate and {value} by hand")


if __name__ == "__main__":
    sys.exit(main(measure))
