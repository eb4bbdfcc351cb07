"""How fast `inspect` reads a gigabyte, beside what grep takes to count one of its lines; and at which memory.

Imports nothing of the product: the memory of what it starts would count from its own.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import INPUTS, Input, Written
from benchmarks.options import Options, main, product
from benchmarks.report import Peer, Report, Row, Target
from benchmarks.timing import Ended, alternate, run

_NEEDLE = "✓ Success"
_GREP_RATIO = 5.0
_AIM = 2.5
_DENSE_S = 10.0
_MEMORY = 120e6
_TRAP_ROUNDS = 3

_TARGETS = {
    "chatter": Target(_GREP_RATIO, of_ratio=True),
    "crlf": Target(_GREP_RATIO, of_ratio=True, of="own"),
    "bare chatter": Target(_GREP_RATIO, of_ratio=True, of="own"),
    "dense, many runs": Target(_DENSE_S),
    "dense, one run": Target(_DENSE_S),
    "dense, errors": Target(_DENSE_S, of="own"),
    "long line": Target(1.0, of="own"),
    "bars": Target(2.0, of="own"),
    "foreign": Target(2.0, of="own"),
    "late start": Target(2.0, of="own"),
}
"""The traps have the bound of the dense log, ten seconds a gigabyte: none may be worse than the worst allowed."""


def measure(options: Options) -> Report:
    """Each input written, read and deleted in turn."""
    report = Report("ingest", "Reading a log once: `inspect` against grep", quick=not options.whole)
    report.commands += ["backfill-tui inspect --json LOG", f"grep -c '{_NEEDLE}' LOG | …"]
    for item in INPUTS:
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.folder) as folder:
            _measure_one(item, Path(folder) / "job.log", options, report)
    return report


def _measure_one(item: Input, path: Path, options: Options, report: Report) -> None:
    with path.open("wb") as file:
        written = item.write(file, round(item.gigabytes * 1e9 * options.size))
    report.inputs[item.name] = f"{item.about}; {path.stat().st_size / 1e6:,.0f} MB, {written.lines:,} lines"
    rounds = options.rounds if item.name == "chatter" else min(options.rounds, _TRAP_ROUNDS)
    contenders = {"inspect": _inspect(path, written), "grep": _grep(path)}
    returned = alternate(rounds, contenders, warm_up=False)  # its pages are warm: it was written a moment ago
    ours, grep = returned["inspect"], returned["grep"]
    _add_rows(item, ours, grep, options, report)


def _add_rows(item: Input, ours: list[Ended], grep: list[Ended], options: Options, report: Report) -> None:
    seconds = tuple(ended.seconds for ended in ours)
    peer = Peer("grep -c", tuple(ended.seconds for ended in grep))
    report.rows.append(Row(item.name, seconds, peer=peer, target=_TARGETS[item.name], judged=options.whole))
    if item.name == "chatter":
        aim = Target(_AIM, of_ratio=True, of="aim")
        report.rows.append(Row("  the same, aim", seconds, peer=peer, target=aim, judged=options.whole))
    worked = Peer("grep -c", tuple(ended.cpu_seconds for ended in grep))
    report.rows.append(Row("  processor time", tuple(ended.cpu_seconds for ended in ours), peer=worked))
    memory = None if item.dates_without_end else Target(_MEMORY, of="product" if item.name == "chatter" else "own")
    peaks = tuple(float(ended.peak_bytes) for ended in ours)
    report.rows.append(Row("  peak memory", peaks, "MB", target=memory, judged=options.whole))


def _inspect(path: Path, written: Written) -> Callable[[], Ended]:
    command = [*product(), "inspect", "--json", str(path)]

    def call() -> Ended:
        ended = run(command, expected=frozenset({written.exit_code}))
        _verify(json.loads(ended.output)["files"][0], written, path)
        return ended

    return call


def _verify(said: dict[str, object], written: Written, path: Path) -> None:
    """A wrong answer has no speed. Raises RuntimeError."""
    if written.exit_code:
        return
    units = said.get("units")
    right = (
        isinstance(units, dict) and written.units.items() <= units.items() and said.get("lines") == written.lines
    )
    if not right:
        raise RuntimeError(f"{path.name}: inspect said {units} in {said.get('lines')} lines; it holds {written}.")


def _grep(path: Path) -> Callable[[], Ended]:
    return lambda: run(["grep", "-c", _NEEDLE, str(path)], expected=frozenset({0, 1}))


if __name__ == "__main__":
    sys.exit(main(measure))
