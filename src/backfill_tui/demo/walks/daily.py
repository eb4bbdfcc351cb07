"""Day by day, one after another: every date of the range is announced, worked and told."""

from datetime import date

from backfill_tui.demo.schedule import days_between
from backfill_tui.demo.walks.run import RULE, JobRun, Tally, joined


def walk(run: JobRun) -> None:
    """Walk the range, from the checkpoint on if there is one."""
    _announce(run)
    days = days_between(run.start, run.end)
    resume_from = run.take_up()
    if resume_from:
        left = [day for day in days if day >= resume_from]
        run.say(f"📂 Found checkpoint - resuming from {resume_from}")
        run.say(f"   Skipping {len(days) - len(left)} already-processed dates")
        days = left
    tally = Tally(len(days))
    for i, day in enumerate(days, 1):
        run.say(f"Processing day {i}/{tally.total}: {day}")
        run.mishaps.strike(tally.ended, tally.total)
        rows = attempt(run, day)
        if rows is None:
            tally.failure(day)
            run.checkpoint.failed(day)
        else:
            tally.success(rows)
            run.checkpoint.succeeded(day)
        run.processor.pause(1.0)
        if tally.progress_is_due:
            run.say(
                f"Progress: {i}/{tally.total} days ({tally.success_rate:.1f}% success), "
                f"{tally.rows} total records (avg {tally.mean_rows:.0f}/day)"
            )
    _summarise(run, tally)


def attempt(run: JobRun, day: date) -> int | None:
    """Work one date and tell how it ended: its rows, or None for a failure."""
    try:
        rows = run.processor.run(day)
    except RuntimeError as error:
        run.log.exception("Exception during processing: %s", error)  # noqa: TRY401 - the words of these jobs
        run.log.error("  ✗ Exception: %s", error)  # noqa: TRY400 - told twice, the second time without its trace
        return None
    if rows is None:
        run.log.error("  ✗ Failed: %s", day)
        return None
    run.say(f"  ✓ Success: {rows} {run.processor.kind.counts}")
    return rows


def _announce(run: JobRun) -> None:
    span = f"{run.start} to {run.end}"
    total = len(days_between(run.start, run.end))
    run.say(
        "Day-by-day analytics backfill configuration:",
        f"  Date range: {span}",
        "  Dry run: False",
        f"  No resume: {not run.resume}",
        "  Parallel: False",
        "  Processing strategy: Day-by-day (sequential)",
        f"Starting day-by-day analytics backfill from {run.start} to {run.end}",
        f"Will process {total} days from {span}",
        f"Processing {total} days individually (day-by-day approach)",
        f"Checkpoint: {run.checkpoint.path}",
    )


def _summarise(run: JobRun, tally: Tally) -> None:
    run.say(
        RULE,
        "DAY-BY-DAY BACKFILL SUMMARY:",
        f"  Date range: {run.start} to {run.end}",
        f"  Total days: {tally.total}",
        f"  Successful days: {tally.successful}",
        f"  Failed days: {len(tally.failed)}",
        f"  Success rate: {tally.success_rate:.1f}%",
        f"  Total records processed: {tally.rows}",
        f"  Average records per day: {tally.mean_rows:.1f}",
        f"  Total teams: {tally.rows}",
        f"  Total games: {tally.rows // 2}",
    )
    run.say_checkpoint_summary()
    if tally.failed:
        run.say(f"\n  Failed dates ({len(tally.failed)} total):", f"    {joined(tally.failed[:10])}")
        if len(tally.failed) > 10:
            run.say(f"    ... and {len(tally.failed) - 10} more")
        run.say("\n  To retry failed days, use --dates parameter:", f"    {run.retry_command(tally.failed)}")
    run.say(RULE)
