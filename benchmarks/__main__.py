"""`python -m benchmarks [--quick] [NAME…]`: run benchmarks one after the other, each in a process of its own."""

import subprocess
import sys
from collections.abc import Sequence

from benchmarks import options

NAMES = ("ingest", "first_paint", "tick", "startup", "validation", "launch_crash", "discovery", "eta", "alerts")


def main(words: Sequence[str] | None = None) -> int:
    """Run those named, or all. 1 if one of them could not measure; a missed target is a result, not an error."""
    given = list(sys.argv[1:] if words is None else words)
    parser = options.parser(__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default: all")
    names = parser.parse_args(given).names
    if unknown := set(names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}.")
    passed_on = [word for word in given if word not in names]
    broken = [name for name in names or NAMES if _run(name, passed_on)]
    if broken:
        print(f"could not be measured: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


def _run(name: str, words: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *words], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
