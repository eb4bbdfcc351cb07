"""`python -m backfill_tui` and the console script: hands the words to the command line."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from backfill_tui.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
