"""A backfill job of the night, as a program of its own: `python -m backfill_tui.demo.job --job team_offense …`.

It logs to stderr as jobs do in `nohup` shells, whose redirection makes the log file. It knows nothing of who
watches.
"""

import argparse
import logging
import shlex
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from backfill_tui.demo.checkpoint import Checkpoint
from backfill_tui.demo.processor import KINDS, Processor
from backfill_tui.demo.schedule import FIRST_DATE, LAST_DATE, Calendar, read_calendar
from backfill_tui.demo.walks import daily, game_dates, parallel, specific
from backfill_tui.demo.walks.run import JobRun, Mishaps
from backfill_tui.demo.warehouse import NEVER, Warehouse


def main(words: Sequence[str] | None = None) -> int:
    """Run the job to its end and return 0, failed dates or not, as these jobs do; leaves with 2 on wrong words."""
    given = list(sys.argv[1:] if words is None else words)
    options = _parser().parse_args(given)
    if not options.dates and not (options.start_date and options.end_date):
        _parser().error("either --dates, or --start-date with --end-date")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s - %(levelname)s - %(message)s", stream=sys.stderr)
    try:
        calendar = read_calendar(options.calendar)
    except (OSError, KeyError, ValueError) as error:
        _parser().error(f"--calendar {options.calendar}: {error}")
    _walk(_run_of(options, calendar, given), options.dates)
    return 0


def _walk(run: JobRun, dates: Sequence[date] | None) -> None:
    if dates:
        specific.walk(run, dates)
    elif run.processor.kind.game_dates_only:
        game_dates.walk(run)
    elif run.parallel:
        parallel.walk(run)
    else:
        daily.walk(run)


def _run_of(options: argparse.Namespace, calendar: Calendar, given: Sequence[str]) -> JobRun:
    kind = KINDS[options.job]
    log = logging.getLogger(__name__)
    start, end = options.start_date or FIRST_DATE, options.end_date or LAST_DATE
    return JobRun(
        start=start,
        end=end,
        resume=not options.no_resume,
        workers=options.workers,
        parallel=options.parallel,
        calendar=calendar,
        processor=Processor(
            kind=kind,
            calendar=calendar,
            write=_writer(options, Warehouse(options.warehouse, calendar, options.seed)),
            seed=options.seed,
            speed=options.speed,
            fail_rate=options.fail_rate,
            log=log,
            as_of=options.as_of,
        ),
        checkpoint=Checkpoint(options.checkpoint_dir, kind.name, start, end),
        mishaps=Mishaps(options.crash_at, options.hang_at),
        log=log,
        retry_words=_retry_words(given),
    )


def _writer(options: argparse.Namespace, warehouse: Warehouse) -> Callable[[date], int]:
    match options.job:
        case "team_offense":
            return lambda day: warehouse.write_team_offense(day, broken_until=options.totals_broken_until)
        case "player_game_summary":
            return warehouse.write_player_game_summary
        case _:
            return warehouse.write_composite_factors


_RANGE_OPTIONS = {"--start-date": 1, "--end-date": 1, "--workers": 1, "--crash-at": 1, "--hang-at": 1}
_RANGE_FLAGS = {"--parallel", "--no-resume"}


def _retry_words(given: Sequence[str]) -> list[str]:
    """This program's own command line without what only a range needs; a retry appends its dates."""
    kept: list[str] = []
    words = iter(given)
    for word in words:
        if word in _RANGE_OPTIONS:
            next(words, None)
        elif word not in _RANGE_FLAGS:
            kept.append(shlex.quote(word))
    return ["python", "-m", "backfill_tui.demo.job", *kept]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="backfill_tui.demo.job", description=__doc__, allow_abbrev=False)
    say = parser.add_argument
    say("--job", required=True, choices=sorted(KINDS))
    say("--start-date", type=date.fromisoformat, help="first date of the range, YYYY-MM-DD")
    say("--end-date", type=date.fromisoformat, help="last date of the range, included")
    say("--dates", type=_dates, help="only these dates, separated by commas; no checkpoint is kept")
    say("--no-resume", action="store_true", help="clear the checkpoint and start from the beginning")
    say("--parallel", action="store_true", help="many dates at once")
    say("--workers", type=_positive_int, default=15, help="how many at once (default: 15)")
    say("--checkpoint-dir", type=Path, default=Path("checkpoints"))
    say("--warehouse", type=Path, default=Path("warehouse"))
    say("--calendar", type=Path, default=Path("calendar.csv"), help="columns date,weight")
    say("--seed", type=int, default=7, help="the same seed: the same rows, failures and costs")
    say(
        "--speed", type=_positive_float, default=1.0, help="seconds of the night in one of the clock's (default: 1)"
    )
    say("--fail-rate", type=float, default=0.015, help="share of the game dates that fail (default: 0.015)")
    say(
        "--totals-broken-until",
        type=date.fromisoformat,
        default=NEVER,
        help="team_offense: the bug, up to this date",
    )
    say("--as-of", default="", metavar="DATE", help="what every query is given, as it is typed")
    say("--crash-at", type=float, metavar="FRACTION", help="SIGKILL itself at that share of its dates")
    say("--hang-at", type=float, metavar="FRACTION", help="do nothing more from that share of its dates on")
    say("--tag", default="", help="ignored; tells the jobs of one night from those of another in a process list")
    return parser


def _dates(text: str) -> list[date]:
    return [date.fromisoformat(part.strip()) for part in text.split(",")]


def _positive_int(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _positive_float(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
