"""`python -m backfill_tui` and the console script: hands the words to the command line."""

import io
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from backfill_tui.cli import run

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where it was closed by whoever started this
            stream.reconfigure(errors="replace")  # a locale without our glyphs gets question marks, not an error
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
