"""Only the dates with games, after a look at the inputs of each, and without the first days of a season."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Lock

from backfill_tui.demo.schedule import days_between
from backfill_tui.demo.slate import players_on
from backfill_tui.demo.walks.run import RULE, JobRun, Tally

_BOOTSTRAP = "bootstrap period"


def walk(run: JobRun) -> None:
    """Walk the game dates of the range, from the checkpoint on if there is one; `i/N` stays that of the whole."""
    days = run.calendar.game_dates(run.start, run.end)
    off_days = len(days_between(run.start, run.end)) - len(days)
    _announce(run, len(days), off_days)
    resume_from = run.take_up()
    if resume_from:
        run.say(f"RESUMING from checkpoint: {resume_from}")
    left = [day for day in days if resume_from is None or day >= resume_from]
    _look_ahead(run, left)
    run.say(
        f"Processing {len(left)} game dates (of {len(days)} total game dates)",
        f"  (Skipping {off_days} off-days in the calendar range)",
    )
    tally = Tally(len(days), ended=len(days) - len(left))
    if run.parallel:
        _spread(run, left, tally)
    else:
        _one_by_one(run, left, tally)
    run.say(
        RULE,
        f"PHASE 4 BACKFILL SUMMARY - {run.processor.kind.processor}:",
        f"  Game dates processed: {len(left)} (skipped {off_days} off-days)",
        f"  Successful: {tally.successful}, Skipped: {tally.skipped}, Failed: {len(tally.failed)}",
        f"  Total players: {tally.rows}",
        RULE,
    )


def _announce(run: JobRun, found: int, off_days: int) -> None:
    run.log.warning("⚠️  Pre-flight check SKIPPED (--skip-preflight flag used)")
    run.say(
        "Execution order: 3/5 (depends on #1, #2)",
        f"Checkpoint: {run.checkpoint.path}",
        f"Parallel mode: {run.parallel}",
        f"Starting backfill from {run.start} to {run.end}",
        "NOTE: Requires team_defense_zone_analysis and player_shot_zone_analysis to complete first",
        "Fetching NBA schedule to find game dates...",
        f"Fetching game dates from {run.start} to {run.end} via BigQuery",
    )
    run.processor.pause(20.0)
    total = found + off_days
    run.say(f"Found {found} game dates out of {total} calendar days (skipping {off_days} off-days)")


def _look_ahead(run: JobRun, days: Sequence[date]) -> None:
    """The pre-flight section: a line for each date that looks like progress, and is none."""
    run.box("PRE-FLIGHT COVERAGE CHECK")
    run.say(f"Checking {len(days)} dates for potential data issues...", "")
    for day in days:
        players = players_on(run.calendar, day, run.processor.seed)
        run.say(f"  ✅ {day}: Data looks good (PGS: {players}, UPCG: {players})")
        run.processor.pause(0.1)
    run.say("", "✅ Pre-flight coverage check complete - No issues found", RULE, "")


def _one_by_one(run: JobRun, days: Sequence[date], tally: Tally) -> None:
    for day in days:
        run.say(f"Processing game date {tally.ended + 1}/{tally.total}: {day}")
        if day == days[0]:
            _tell_fallback(run)
        run.mishaps.strike(tally.ended, tally.total)
        if run.calendar.is_bootstrap(day):
            run.say(f"  ⏭ Skipped: {_BOOTSTRAP}")
            _skip(run, day, tally)
        else:
            rows, reason = _attempt(run, day)
            if rows is not None:
                run.say(f"  ✅ Coverage validation passed: {rows}/{rows} players (100.0%)")
                run.say(f"  ✓ Success: {rows} players")
            else:
                run.log.error("  ✗ Failed: %s", reason)
            _settle(run, day, rows, tally)
        run.processor.pause(1.0)
        if tally.progress_is_due:
            run.say(f"Progress: {tally.ended}/{tally.total} game dates")


def _spread(run: JobRun, days: Sequence[date], tally: Tally) -> None:
    telling = Lock()

    def work(day: date) -> None:
        early = run.calendar.is_bootstrap(day)
        rows, reason = (None, "") if early else _attempt(run, day)
        with telling:
            run.mishaps.strike(tally.ended, tally.total)
            if early:
                run.say(f"  ⏭ {day}: {_BOOTSTRAP}")
                _skip(run, day, tally)
                return
            if rows is not None:
                run.say(f"  ✓ {day}: {rows} players")
            else:
                run.log.error("  ✗ %s: %s", day, reason)
            _settle(run, day, rows, tally)

    run.say(f"Processing {len(days)} game dates with {run.workers} parallel workers")
    _tell_fallback(run)
    with ThreadPoolExecutor(run.workers) as pool:
        for done in [pool.submit(work, day) for day in days]:
            done.result()


def _tell_fallback(run: JobRun) -> None:
    run.log.warning("Could not initialize schedule service: No module named 'shared.utils' (using fallback dates)")


def _attempt(run: JobRun, day: date) -> tuple[int | None, str]:
    """The rows of that date, or None and the reason."""
    try:
        rows = run.processor.run(day)
    except RuntimeError as error:
        run.log.exception("Exception processing %s: %s", day, error)  # noqa: TRY401 - the words of these jobs
        return None, str(error)
    return rows, "Processing failed"


def _skip(run: JobRun, day: date, tally: Tally) -> None:
    tally.skip()
    run.checkpoint.skipped(day)


def _settle(run: JobRun, day: date, rows: int | None, tally: Tally) -> None:
    if rows is None:
        tally.failure(day)
        run.checkpoint.failed(day)
    else:
        tally.success(rows)
        run.checkpoint.succeeded(day)
