"""`python -m backfill_tui` and the console script: hands the words to the command line."""

import io
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with its exit code; with 130 and no word where ctrl+c comes before it runs."""
    try:
        code = _carried_out()
    except KeyboardInterrupt:  # while it was imported: whatever runs meets its own
        code = _INTERRUPTED
    sys.exit(code)


def _carried_out() -> int:
    from backfill_tui.cli import run

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where it was closed by whoever started this
            stream.reconfigure(errors="replace")  # a locale without our glyphs gets question marks, not an error
    return run(sys.argv[1:])


if __name__ == "__main__":
    main()
