"""Errors and look-alikes in logs: what counts, and what only looks as if."""

from typing import Any

import pytest

from tests.adversarial.jobs import END, START, TRACEBACK, Job, counts, day
from tests.adversarial.outside import Outside, differences

DURING = ("", "During handling of the above exception, another exception occurred:", "")
GROUP = (
    "  + Exception Group Traceback (most recent call last):",
    '  |   File "/srv/job.py", line 5, in run',
    "  | ExceptionGroup: boom (1 sub-exception)",
    "  +-+---------------- 1 ----------------",
    "    | Traceback (most recent call last):",
    "    | ValueError: 1",
    "    +------------------------------------",
)


def begun() -> Job:
    return Job().daily().days("10 >")


@pytest.mark.parametrize(
    ("job", "fatal", "errors"),
    [
        pytest.param(begun().crash(), 1, 0, id="uncaught at the end"),
        pytest.param(
            begun().crash().daily(resume=day(2)).days(". 2", of=4, first=0), 1, 0, id="uncaught, then a new run"
        ),
        pytest.param(begun().raw(*GROUP), 1, 0, id="an exception group is one"),
        pytest.param(begun().crash().raw(*DURING).crash(), 1, 0, id="chained is one"),
        pytest.param(
            begun().crash().raw("", "nohup: ignoring input"), 1, 0, id="uncaught, then words of the shell"
        ),
        pytest.param(begun().crash().listed(d02="4").listed_summary(), 1, 0, id="uncaught, then a retry"),
        pytest.param(
            begun().daily(resume=day(2)).crash().daily(resume=day(2)).crash(), 2, 0, id="two crashes are two"
        ),
        pytest.param(Job().daily().days("10 0 !"), 0, 2, id="caught, at the end"),
        pytest.param(Job().daily().days("10 0 !").daily(resume=day(3)), 0, 2, id="caught, then a new run"),
        pytest.param(Job().parallel().ended(d01="5", d04="!"), 0, 1, id="caught by a worker, at the end"),
        pytest.param(begun().say("no connection", "CRITICAL"), 1, 1, id="critical"),
        pytest.param(
            begun().say("no connection", "CRITICAL").crash(), 1, 1, id="critical with its traceback is one"
        ),
        pytest.param(begun().say("FATAL: disk full", "ERROR"), 1, 1, id="fatal as a word"),
        pytest.param(begun().say("FATAL: disk full"), 1, 0, id="fatal at level info"),
        pytest.param(begun().say("non-fatal, 0 fatalities"), 0, 0, id="fatal in small letters"),
        pytest.param(begun().say("ERROR count 0, CRITICAL 0"), 0, 0, id="level words in a message"),
        *(
            pytest.param(begun().raw_record("report:", text), 0, 0, id=f"a bare report line: {text}")
            for text in ("CRITICAL issues: 0", "FATALITY count: 0", "ERROR rate 0 %")
        ),
        pytest.param(begun().say(f"will print {TRACEBACK[0]} if asked").say("on"), 0, 0, id="a quoted traceback"),
    ],
)
def test_fatal_errors_and_error_lines_are_counted_once_each(
    outside: Outside, job: Job, fatal: int, errors: int
) -> None:
    assert differences({"fatal_errors": fatal, "error_lines": errors}, outside.account(job)) == {}


@pytest.mark.parametrize(
    "line",
    [
        "Next up Processing day 9/9: 2022-01-05",
        "- Processing day 4/5: 2022-01-04 is next in the queue",
        "note: Success: 5 records",
        "all good ✓ Success: 5 records",
        "Progress: 150/1537 days (250.0% success), 9 total records",
        "✅ 2022-01-03: Data looks good (PGS: 116, UPCG: 116)",
        "  ✓ 2022-01-02: 5 checks passed",
        "see 2022-01-04 and ✗ Failed: 2022-01-05 maybe",
        "Summary of DAY-BY-DAY BACKFILL SUMMARY: not yet",
        "Skipping 4 already-processed dates",
        "   Total successful: 0",
        "  Failed dates (2 total):",
        "    python job.py --dates 2022-01-03,2022-01-04",
    ],
)
def test_a_line_that_only_looks_like_an_event_changes_nothing(outside: Outside, line: str) -> None:
    before: dict[str, Any] = {
        "units": counts(5, done=1, pending=4),
        "records": 10,
        "claims_complete": False,
        "success_rate": 100.0,
        "runs": [{"ended": "open"}],
    }
    assert differences(before, outside.account(Job().daily().days("10").say(line))) == {}


@pytest.mark.parametrize(
    "line",
    [
        "Date range: 2019-01-01 to 2019-01-31 queried",
        "  Date range: 2019-01-01 to 2019-01-31",
        "  Dry run: True",
        "  Parallel: True",
    ],
)
def test_a_configuration_line_amid_the_work_begins_no_other_run(outside: Outside, line: str) -> None:
    account = outside.account(Job().daily().days("1 2").say(line).days(". . 3 >"))
    assert account["units"] == counts(5, done=3, running=1, pending=1)
    assert account["dates"] == [START, END]
    assert [run["mode"] for run in account["runs"]] == ["sequential"]


def test_the_lines_of_a_traceback_are_no_events(outside: Outside) -> None:
    job = Job().daily().say(f"Processing day 1/5: {day(1)}").say("Exception during processing: x", "ERROR")
    job.raw(TRACEBACK[0], TRACEBACK[1], f"    Processing day 4/5: {day(4)}", TRACEBACK[-1])
    account = outside.account(job.say("  ✗ Exception: x", "ERROR"))
    assert account["units"] == counts(5, failed=1, pending=4)
    assert account["failed_dates"] == [day(1)]


def test_a_pre_flight_section_is_not_progress(outside: Outside) -> None:
    job = Job().games(4).tell(*(f"  ✅ {day(n)}: Data looks good (PGS: 116, UPCG: 116)" for n in range(1, 9)))
    assert outside.account(job)["units"] == {**counts(4, pending=4), "missing": None}


def test_an_index_beyond_its_total_never_passes_100_percent(outside: Outside) -> None:
    job = Job().daily().days("10 0 3").tell("Processing day 9/5: 2022-01-04", "  ✓ Success: 4 records")
    assert outside.account(job)["units"] == counts(5, done=3, empty=1, pending=1)
