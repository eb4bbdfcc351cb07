"""A list of dates given by hand, the retry of these jobs: one after another, without a checkpoint."""

from collections.abc import Sequence
from datetime import date

from backfill_tui.demo.walks.daily import attempt
from backfill_tui.demo.walks.run import RULE, JobRun, Tally, joined


def walk(run: JobRun, dates: Sequence[date]) -> None:
    """Walk these dates in the order given. Like these jobs it announces them twice."""
    tally = Tally(len(dates))
    run.say(*[f"Processing {tally.total} specific dates"] * 2)
    for i, day in enumerate(dates, 1):
        run.say(f"Processing date {i}/{tally.total}: {day}")
        run.mishaps.strike(tally.ended, tally.total)
        rows = attempt(run, day)
        if rows is None:
            tally.failure(day)
        else:
            tally.success(rows)
        run.processor.pause(1.0)
    run.say(
        RULE,
        "SPECIFIC DATES PROCESSING SUMMARY:",
        f"  Total dates: {tally.total}",
        f"  Successful: {tally.successful}",
        f"  Failed: {len(tally.failed)}",
        f"  Success rate: {tally.success_rate:.1f}%",
        f"  Total records processed: {tally.rows}",
    )
    if tally.failed:
        run.say(f"\n  Failed dates ({len(tally.failed)}):", f"    {joined(tally.failed)}")
    run.say(RULE)
