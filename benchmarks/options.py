"""How much is measured: all of it, a quick look, or next to nothing to see that a benchmark still runs."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Report


@dataclass(frozen=True, slots=True)
class Options:
    """`size` 1 is what the targets speak of; `rounds` are counted, after one that is not."""

    size: float = 1.0
    rounds: int = 5
    folder: Path | None = None  # for big files; None: the system's for temporary ones

    @property
    def whole(self) -> bool:
        """Whether the inputs are of the size that the targets speak of."""
        return self.size >= 1


QUICK = Options(size=1 / 32, rounds=3)


def product() -> list[str]:
    """The command line that starts the product, as a user would have it: the console script of this environment."""
    script = Path(sys.executable).with_name("backfill-tui")
    return [str(script)] if script.exists() else [sys.executable, "-m", "backfill_tui"]


def parser(about: str | None) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    words = argparse.ArgumentParser(description=about)
    words.add_argument("--quick", action="store_true", help="small inputs: to see that it works, not how fast")
    words.add_argument("--rounds", type=int, metavar="N", help="how often each contender is measured")
    words.add_argument("--folder", type=Path, help="where temporary files go; about 1.1 GB at a time")
    return words


def main(measure: Callable[[Options], Report], words: Sequence[str] | None = None) -> int:
    """Measure as the command line asks, print the table and keep the numbers."""
    chosen = parser(sys.modules[measure.__module__].__doc__).parse_args(words)
    base = QUICK if chosen.quick else Options()
    report = measure(Options(base.size, chosen.rounds or base.rounds, chosen.folder))
    path = report.write()
    print(f"{report.table()}\n\n  kept in benchmarks/results/{path.name}\n", flush=True)
    return 0
