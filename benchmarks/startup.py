"""How soon the command line answers: `--help` beside importing a command-line library, `status` on a plan."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.nights import play_to_the_end
from benchmarks.options import Options, main, product
from benchmarks.report import Peer, Report, Row, Target
from benchmarks.timing import Ended, alternate, run

_HELP_RATIO = 3.0
_STATUS_S = 1.0
_LIBRARIES = "pydantic, psutil, yaml"  # what reading a plan and looking at processes can't do without


def measure(options: Options) -> Report:
    """Whole processes, from before they are started until their end."""
    report = Report("startup", "From the command to its answer", quick=not options.whole)
    _help(options, report)
    scenario = "nba-night" if options.whole else "first-minute"
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.folder) as folder:
        plan = play_to_the_end(Path(folder) / "night", scenario)
        _status(plan, scenario, options, report)
    return report


def _help(options: Options, report: Report) -> None:
    commands = {
        "--help": [*product(), "--help"],
        "import typer": [sys.executable, "-c", "import typer"],
        "import click": [sys.executable, "-c", "import click"],
        "nothing": [sys.executable, "-c", "pass"],
    }
    report.commands += [
        "backfill-tui --help",
        "python -c 'import typer'",
        "python -c 'import click'",
        "python -c pass",
    ]
    rounds = options.rounds * 4 if options.rounds > 1 else 1
    returned = alternate(rounds, {name: _timed(words) for name, words in commands.items()})
    seconds = {name: tuple(ended.seconds for ended in all_ended) for name, all_ended in returned.items()}
    target = Target(_HELP_RATIO, of_ratio=True)
    ours = seconds["--help"]
    report.rows.append(Row("--help", ours, "ms", peer=Peer("import typer", seconds["import typer"]), target=target))
    report.rows.append(Row("--help", ours, "ms", peer=Peer("import click", seconds["import click"])))
    report.rows.append(Row("--help", ours, "ms", peer=Peer("python -c pass", seconds["nothing"])))


def _status(plan: Path, scenario: str, options: Options, report: Report) -> None:
    size = sum(log.stat().st_size for log in (plan.parent / "logs").iterdir())
    report.inputs["plan"] = f"the demo's {scenario}, its jobs run to their ends: {size / 1e6:.1f} MB of logs"
    target = Target(_STATUS_S)
    for words in (["status"], ["status", "--json"]):
        report.commands.append(f"backfill-tui {' '.join(words)} backfill.yaml")
        contenders = {
            "ours": _timed([*product(), *words, str(plan)]),
            "peer": _timed([sys.executable, "-c", f"import {_LIBRARIES}"]),
        }
        returned = alternate(options.rounds, contenders)
        peer = Peer(f"import {_LIBRARIES}", tuple(ended.seconds for ended in returned["peer"]))
        seconds = tuple(ended.seconds for ended in returned["ours"])
        report.rows.append(Row(" ".join(words), seconds, peer=peer, target=target, judged=options.whole))
        worked = tuple(ended.cpu_seconds for ended in returned["ours"])
        spent = Peer(peer.name, tuple(ended.cpu_seconds for ended in returned["peer"]))
        report.rows.append(Row("  processor time", worked, peer=spent))


def _timed(words: list[str]) -> Callable[[], Ended]:
    return lambda: run(words)


if __name__ == "__main__":
    sys.exit(main(measure))
