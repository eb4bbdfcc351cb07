"""What logs mean: one state per date, over several runs, files and a checkpoint."""

from datetime import UTC, datetime, timedelta

import pytest

from backfill_tui.progress.account import RunEnd, UnitState
from backfill_tui.sources.checkpoint import Checkpoint
from backfill_tui.sources.events import Mode
from tests.logs import LogWriter, days
from tests.reading import account_of, iso, read, states

START, END = "2022-01-01", "2022-01-05"
D = days(START, 5)


def killed_after(count: int) -> LogWriter:
    log = LogWriter().header(START, END)
    for i in range(count):
        log.unit(i + 1, 5, D[i])
    return log.say(f"Processing day {count + 1}/5: {D[count]}")


def checkpoint(path: str = "job.json", **fields: object) -> Checkpoint:
    from pathlib import Path

    values = {"start": D[0], "end": D[-1], **fields}
    return Checkpoint(path=Path(path), **values)  # type: ignore[arg-type]


def test_a_finished_run_is_complete_and_its_empty_days_are_told_from_done_ones() -> None:
    log = LogWriter().header(START, END)
    for i, (day, records) in enumerate(zip(D, (10, 0, None, 4, 0), strict=True), 1):
        log.unit(i, 5, day, records)
    account = account_of(log.summary().body)
    assert account.claims_complete
    assert account.complete
    assert (account.counts.done, account.counts.empty, account.counts.failed) == (2, 2, 1)
    assert account.counts.success_rate == 80.0
    assert account.records == 14
    assert iso(account.of_state(UnitState.FAILED)) == ["2022-01-03"]


def test_an_open_run_has_its_date_running_and_the_rest_pending() -> None:
    account = account_of(killed_after(2).body)
    assert account.current_date == D[2]
    assert states(account) == {
        D[0]: UnitState.DONE,
        D[1]: UnitState.DONE,
        D[2]: UnitState.RUNNING,
        D[3]: UnitState.PENDING,
        D[4]: UnitState.PENDING,
    }
    assert not account.claims_complete
    assert account.runs[0].ended is RunEnd.OPEN


def test_a_killed_run_and_its_resume_are_a_union() -> None:
    log = killed_after(2).header(START, END, resume="2022-01-03")
    for i, day in enumerate(D[2:], 1):
        log.unit(i, 3, day)
    account = account_of(log.summary().body)
    assert account.complete
    assert account.counts.done == 5
    assert account.counts.total == 5
    assert [run.ended for run in account.runs] == [RunEnd.KILLED, RunEnd.COMPLETED]
    assert account.runs[1].resumes_from == D[2]


def test_a_resume_over_holes_is_not_complete_and_names_them() -> None:
    log = LogWriter().parallel_header(START, END)
    for day in (D[0], D[3], D[2]):
        log.say(f"  ✓ {day}: 20 records")
    log.parallel_header(START, END, resume="2022-01-05").say(f"  ✓ {D[4]}: 20 records")
    log.say("PARALLEL BACKFILL COMPLETE")
    account = account_of(log.body)
    assert account.claims_complete
    assert not account.complete
    assert iso(account.of_state(UnitState.MISSING)) == ["2022-01-02"]
    assert account.counts.pending == 0
    assert account.units[D[1]].why == "resumed at 2022-01-05, past it"


def test_a_hole_is_missing_while_the_resumed_run_is_still_going_on() -> None:
    log = LogWriter().parallel_header(START, END).say(f"  ✓ {D[0]}: 1 records").say(f"  ✓ {D[2]}: 1 records")
    log.parallel_header(START, END, resume="2022-01-04")
    account = account_of(log.body)
    assert iso(account.of_state(UnitState.MISSING)) == ["2022-01-02"]
    assert iso(account.of_state(UnitState.PENDING)) == ["2022-01-04", "2022-01-05"]


def test_a_hole_of_an_open_run_is_pending_until_the_process_is_known_to_be_gone() -> None:
    log = LogWriter().parallel_header(START, END).say(f"  ✓ {D[0]}: 1 records").say(f"  ✓ {D[2]}: 1 records")
    assert account_of(log.body).counts.missing == 0
    gone = account_of(log.body, gone=True)
    assert iso(gone.of_state(UnitState.MISSING)) == ["2022-01-02"]
    assert iso(gone.of_state(UnitState.PENDING)) == ["2022-01-04", "2022-01-05"]
    assert gone.runs[0].ended is RunEnd.KILLED


def test_a_summary_over_dates_that_never_ended_is_a_claim_only() -> None:
    log = LogWriter().header(START, END).unit(1, 5, D[0])
    account = account_of(log.summary().body)
    assert account.claims_complete
    assert not account.complete
    assert account.counts.missing == 4


def test_a_fresh_start_discards_what_was_before() -> None:
    log = killed_after(4).header(START, END, fresh=True).unit(1, 5, D[0])
    account = account_of(log.body)
    assert account.counts.done == 1
    assert account.counts.pending == 4
    assert account.runs[1].fresh


def test_a_retry_of_dates_repairs_its_own_and_claims_no_others() -> None:
    log = LogWriter().header(START, END)
    for i, day in enumerate(D, 1):
        log.unit(i, 5, day, None if i in {2, 4} else 10)
    log.summary()
    retry = LogWriter(at=log.at + timedelta(minutes=5))
    retry.say("Processing 2 specific dates").say("Processing 2 specific dates")
    for i, day in enumerate((D[1], D[3]), 1):
        retry.say(f"Processing date {i}/2: {day}").say("  ✓ Success: 7 records")
    retry.say("SPECIFIC DATES PROCESSING SUMMARY:")
    both = account_of(log.body, retry.body)
    assert both.complete
    assert both.counts.failed == 0
    assert both.counts.total == 5
    alone = account_of(retry.body)
    assert len(alone.runs) == 1
    assert alone.runs[0].mode is Mode.DATES
    assert alone.counts.total == 2
    assert alone.dates is None


def test_a_failed_day_with_a_traceback_is_one_failure_and_not_fatal() -> None:
    log = LogWriter().header(START, END).say(f"Processing day 1/5: {D[0]}")
    log.say("Exception during processing: boom", "ERROR")
    log.raw("Traceback (most recent call last):", '  File "x.py", line 1, in f', "    g()", "RuntimeError: boom")
    log.say("  ✗ Exception: boom", "ERROR").say(f"Processing day 2/5: {D[1]}")
    account = account_of(log.body)
    assert account.counts.failed == 1
    assert account.error_lines == 2
    assert account.fatal_errors == 0


def test_a_traceback_that_nothing_follows_is_fatal() -> None:
    log = killed_after(1).raw("Traceback (most recent call last):", '  File "x.py", line 1', "MemoryError")
    assert account_of(log.body).fatal_errors == 1


def test_a_traceback_that_only_the_next_run_follows_is_fatal() -> None:
    log = killed_after(1).say("Unexpected", "ERROR")
    log.raw("Traceback (most recent call last):", '  File "x.py", line 1', "MemoryError")
    log.header(START, END, resume="2022-01-02").unit(1, 4, D[1])
    assert account_of(log.body).fatal_errors == 1


def test_critical_records_are_fatal_and_errors() -> None:
    log = killed_after(1).say("out of quota", "CRITICAL").say("FATAL: no more", "INFO")
    account = account_of(log.body)
    assert account.fatal_errors == 2
    assert account.error_lines == 1


def test_preflight_lines_and_bad_counts_of_the_job_are_not_progress() -> None:
    log = (
        LogWriter().say("Execution order: 3/5 (depends on #1, #2)").say(f"Starting backfill from {START} to {END}")
    )
    log.say("Found 3 game dates out of 5 calendar days (skipping 2 off-days)")
    log.say(f"  ✅ {D[0]}: Data looks good (PGS: 116, UPCG: 116)")
    log.say("Processing 3 game dates (of 3 total game dates)")
    log.say(f"Processing game date 1/3: {D[0]}").say("  ⏭ Skipped: bootstrap period")
    log.say(f"Processing game date 2/3: {D[2]}").say("  ✓ Success: 100 players")
    account = account_of(log.body)
    assert account.counts.total == 3
    assert (account.counts.skipped, account.counts.done, account.counts.pending) == (1, 1, 1)
    assert account.counts.missing is None
    assert len(account.runs) == 1
    assert account.runs[0].dialect == "game-date"


def test_a_range_that_ends_before_it_begins_makes_nothing_complete() -> None:
    log = LogWriter().say(f"Will process 5 days from {END} to {START}").say(f"  ✓ {D[0]}: 3 records")
    account = account_of(log.say("PARALLEL BACKFILL COMPLETE").body)
    assert account.counts.total == 5
    assert account.claims_complete
    assert not account.complete


def test_a_dry_run_is_told_as_the_reason_why_nothing_counts() -> None:
    log = LogWriter().say("Day-by-day analytics backfill configuration:").say("  Dry run: True")
    log.say(f"Will process 5 days from {START} to {END}").unit(1, 5, D[0]).summary()
    account = account_of(log.body)
    assert account.counts.done is None
    assert account.notes == ("Its last run was a dry run: what it says it did was not done.",)


def test_how_many_game_dates_are_due_is_not_known_before_the_job_says_so() -> None:
    log = LogWriter().say(f"Starting backfill from {START} to {END}").say("Fetching game dates via BigQuery")
    account = account_of(log.body)
    assert account.dates == (D[0], D[4])
    assert (account.counts.total, account.counts.pending, account.counts.missing) == (None, None, None)
    assert account_of(log.body, planned=D).counts.total == 5
    assert account_of(log.say("Found 3 game dates out of 5 calendar days").body).counts.total == 3


def test_a_job_that_never_says_how_many_dates_are_due_works_on_every_day_of_its_range() -> None:
    log = LogWriter().say(f"Starting backfill from {START} to {END}").say(f"  ✓ {D[1]}: 12 records")
    assert account_of(log.body).counts.pending == 4


def test_game_dates_that_a_calendar_knows_can_be_missing() -> None:
    log = (
        LogWriter().say(f"Starting backfill from {START} to {END}").say("Found 3 game dates out of 5 calendar days")
    )
    for i, day in ((1, D[0]), (3, D[4])):
        log.say(f"Processing game date {i}/3: {day}").say("  ✓ Success: 100 players")
    log.say("PHASE 4 BACKFILL SUMMARY - X:")
    calendar = {D[0]: 3.0, D[2]: 5.0, D[4]: 1.0}
    account = account_of(log.body, calendar=calendar)
    assert iso(account.of_state(UnitState.MISSING)) == ["2022-01-03"]
    assert not account.complete
    unaware = account_of(log.body)
    assert unaware.counts.missing is None
    assert not unaware.complete


def test_a_log_whose_header_was_rotated_away_still_tells_its_range() -> None:
    log = LogWriter().unit(3, 5, D[2]).say(f"Processing day 4/5: {D[3]}")
    account = account_of(log.body)
    assert account.dates == (D[0], D[-1])
    assert account.counts.total == 5
    assert account.current_date == D[3]


def test_a_dry_run_did_nothing() -> None:
    log = LogWriter().say("Day-by-day analytics backfill configuration:").say("  Dry run: True")
    log.say(f"Starting day-by-day analytics backfill from {START} to {END}")
    log.unit(1, 5, D[0])
    assert not account_of(log.body).counts.done


def test_bars_are_counted_without_dates() -> None:
    bar = "".join(f"\r {i}%|███       | {i}/100 [00:{i:02d}<01:30,  1.00it/s]" for i in range(43))
    account = account_of(bar.encode() + b"\n")
    assert (account.counts.total, account.counts.done, account.counts.pending) == (100, 42, 58)
    assert account.runs[0].dialect == "tqdm"


def test_lines_that_count_are_progress_where_nothing_better_is_there() -> None:
    text = "".join(f"[{i}/300] {D[0] + timedelta(days=i)} ok 3.2s\nbatch 1/7\n" for i in range(1, 13))
    account = account_of(text.encode())
    assert (account.counts.total, account.counts.done) == (300, 12)
    assert account.runs[0].dialect == "counter"


def test_an_older_checkpoint_is_stale_not_in_disagreement() -> None:
    log = killed_after(0).say("  ✗ Failed: 2022-01-01", "ERROR")
    written = datetime(2026, 1, 3, 12, 0, 0, tzinfo=UTC)
    account = account_of(log.body, checkpoint=checkpoint(done=frozenset({D[0]}), updated_at=written))
    assert account.disagreements == ()
    assert account.units[D[0]].state is UnitState.FAILED


def test_a_newer_checkpoint_of_another_outcome_wins_and_the_disagreement_is_listed() -> None:
    log = killed_after(0).say("  ✗ Failed: 2022-01-01", "ERROR")
    written = datetime(2026, 1, 3, 13, 0, 0, tzinfo=UTC)
    account = account_of(log.body, checkpoint=checkpoint(done=frozenset({D[0]}), updated_at=written))
    assert [(d.day, d.log, d.checkpoint) for d in account.disagreements] == [(D[0], "failed", "done")]
    assert account.units[D[0]].state is UnitState.DONE


def test_a_date_repaired_by_a_retry_does_not_disagree_with_the_checkpoint_that_retries_do_not_write() -> None:
    log = killed_after(0).say("  ✗ Failed: 2022-01-01", "ERROR")
    retry = LogWriter(at=log.at + timedelta(minutes=1)).say("Processing 1 specific dates")
    retry.say(f"Processing date 1/1: {D[0]}").say("  ✓ Success: 3 records")
    written = datetime(2026, 1, 3, 13, 0, 0, tzinfo=UTC)
    account = account_of(log.body, retry.body, checkpoint=checkpoint(failed=frozenset({D[0]}), updated_at=written))
    assert account.disagreements == ()
    assert account.units[D[0]].state is UnitState.DONE


def test_the_checkpoint_fills_in_what_was_rotated_out_of_the_log() -> None:
    log = LogWriter().header(START, END, resume="2022-01-04").unit(1, 2, D[3])
    account = account_of(log.body, checkpoint=checkpoint(done=frozenset({D[0], D[1]})))
    assert account.counts.done == 3
    assert iso(account.of_state(UnitState.MISSING)) == ["2022-01-03"]


def test_a_planned_range_decides_what_is_due() -> None:
    account = account_of(killed_after(2).body, planned=D[1:4])
    assert account.counts.total == 3
    assert account.counts.done == 1
    assert any("outside" in note for note in account.notes)


def test_percentages_never_exceed_one_hundred() -> None:
    log = LogWriter().header(START, END)
    for _ in range(3):
        for i, day in enumerate(D, 1):
            log.unit(i, 5, day)
    fraction = account_of(log.body).counts.fraction
    assert fraction == 1.0


def test_no_log_at_all_is_an_account_of_nothing() -> None:
    account = account_of(b"")
    assert account.counts.total is None
    assert account.counts.pending is None
    assert not account.complete
    assert account.units == {}


def test_what_is_planned_and_never_begun_is_pending() -> None:
    account = account_of(b"", planned=D)
    assert account.counts.pending == 5


def test_a_counter_in_the_chatter_completes_no_planned_date() -> None:
    text = "".join(f"Fetched page {i}/3\n" for i in range(1, 4)) * 3
    account = account_of(text.encode(), planned=D, gone=True)
    assert not account.claims_complete
    assert not account.complete
    assert account.counts.pending == 5


@pytest.mark.parametrize("gone", [False, True])
def test_a_count_to_the_number_of_planned_dates_is_theirs_though_it_completes_none_by_name(gone: bool) -> None:
    log = LogWriter()
    for number in range(1, 5):
        log.say(f"[{number}/{len(D)}] loaded", after=30)
    account = account_of(log.body, planned=D, gone=gone)
    assert (account.counts.done, account.counts.pending, account.counts.total) == (4, 1, 5)
    assert not account.complete
    assert UnitState.DONE not in states(account).values()
    assert "4 of 5" in " ".join(account.notes)


def test_a_count_to_another_number_is_none_of_the_planned_dates() -> None:
    log = LogWriter().say("[2/3] loaded").say("[3/3] loaded")
    account = account_of(log.body, planned=D)
    assert account.counts.done == 0
    assert account.counts.total == len(D)


def test_a_bar_within_a_bar_is_not_the_progress() -> None:
    inner = "".join(f"\rrows: {j}%| | {j}/5 [00:01<00:01]\n" for j in range(1, 6))
    text = "".join(f"\rfiles: {i}%|# | {i}/40 [00:01<00:01]\n{inner}" for i in range(1, 8))
    account = account_of(text.encode())
    assert (account.counts.total, account.counts.done) == (40, 7)


def test_a_list_of_dates_says_nothing_of_the_plans_other_dates() -> None:
    retry = LogWriter().say("Processing 1 specific dates").say(f"Processing date 1/1: {D[1]}")
    retry.say("  ✓ Success: 7 records").say("SPECIFIC DATES PROCESSING SUMMARY:")
    account = account_of(retry.body, planned=D, gone=True)
    assert account.counts.done == 1
    assert account.counts.missing == 0
    assert not account.claims_complete


def test_what_is_not_read_yet_is_not_missing() -> None:
    log = LogWriter().header(START, END, resume="2022-01-04").unit(1, 2, D[3]).unit(2, 2, D[4]).summary()
    assert account_of(log.body, whole=False).counts.missing == 0
    assert account_of(log.body, whole=True).counts.missing == 3


def test_a_crash_looping_job_has_its_runs_told_apart() -> None:

    log = LogWriter()
    for _ in range(3000):
        log.say("Day-by-day analytics backfill configuration:").say(f"Processing day 1/5: {D[0]}")
    account = account_of(log.body)
    assert len(account.runs) == 3000
    assert account.current_date == D[0]


def test_memory_does_not_grow_with_runs_of_the_same_dates() -> None:
    log = LogWriter()
    for _ in range(30):
        log.header(START, END)
        for i, day in enumerate(D, 1):
            log.unit(i, 5, day)
    book = read(log.body).book
    assert sum(len(run.outcomes) for run in book.runs) <= 5 * 5
    assert sum(len(run.finishes) for run in book.runs) <= 5 * 5
    assert account_of(log.body).counts.done == 5
