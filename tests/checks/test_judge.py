"""Suites judged against a warehouse in memory: what each fault makes of the checks and of the verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.checks.judge import Court, estimate, judge, sample
from backfill_tui.checks.model import Reason, Status, SuiteResult, Value
from backfill_tui.checks.record import suite_json, suite_of_json
from backfill_tui.checks.subject import Subject, WorkCalendar
from backfill_tui.checks.warehouse import ROWS_AT_MOST, AskError, Question, Stop
from backfill_tui.plan.resolved import Bound, Completeness, Metric, ProgressCheck, Query, Suite
from backfill_tui.progress.account import Account, Unit, UnitState
from tests.checks.memory import MemoryWarehouse

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
FIRST = date(2024, 1, 1)
DATES = (FIRST, FIRST + timedelta(days=9))
DAYS = [FIRST + timedelta(days=n) for n in range(10)]
AT_LEAST = Bound(at_least=95.0)

Rows = Sequence[Mapping[str, Value]]


def share_used(rows: Rows) -> Value:
    return 100.0 * sum(row["usage"] is not None for row in rows) / len(rows) if rows else None


def missing_column(rows: Rows) -> Value:
    return sum(row["no_such_column"] is None for row in rows)  # a KeyError is a column that is not there


def division(rows: Rows) -> Value:
    return 1 / (len(rows) - len(rows))


def table(used: int = 10, days: Sequence[date] = DAYS) -> list[dict[str, Value]]:
    """A row a day; on the first `used` of them usage is known."""
    return [
        {"day": day, "usage": 0.2 if n < used else None, "season": 2023 if n < 5 else 2024}
        for n, day in enumerate(days)
    ]


def warehouse(rows: Rows | None = None) -> MemoryWarehouse:
    return MemoryWarehouse(
        tables={"d.t": table() if rows is None else rows},
        expressions={
            "COUNT(*)": len,
            "used": share_used,
            "gone": missing_column,
            "divided": division,
            "null": lambda _rows: None,
            "text": lambda _rows: "many",
        },
        answers={"two": [{"id": 1}, {"id": 2}], "none": [], "null": [{"x": None}], "seven": [{"x": 7}]},
    )


def metric(name: str, sql: str, bound: Bound = AT_LEAST, **more: object) -> Metric:
    return replace(Metric(name, sql, bound, "error"), **more)  # type: ignore[arg-type]


def suite(*metrics: Metric, **more: object) -> Suite:
    blank = Suite("s", "Suite", "d.t", "day", None, None, 60.0, metrics, (), None, (), ())
    return replace(blank, **more)  # type: ignore[arg-type]


def judged(
    one: Suite, asked: MemoryWarehouse | None = None, subject: Subject | None = None, stop: Stop | None = None
) -> SuiteResult:
    court = Court(asked or warehouse(), Path(), stop or Stop())
    return judge(one, subject or Subject("p", dates=DATES), court, now=NOW)


USED = metric("used", "used")
COUNT = metric("count", "COUNT(*)", Bound(at_least=10.0))


# One query


def test_one_query_computes_all_metrics_and_says_how_many_rows_it_saw() -> None:
    asked = warehouse()
    found = judged(suite(USED, COUNT, metric("shown", "COUNT(*)", Bound())), asked)
    assert (found.verdict, found.rows, found.queries, len(asked.asked)) == (Status.PASS, 10, 1, 1)
    assert [check.status for check in found.checks] == [Status.PASS] * 3
    assert (found.at, found.dates, found.table) == (NOW, DATES, "d.t")


def test_a_share_below_its_bound_fails_and_says_both_numbers() -> None:
    found = judged(suite(replace(USED, round=1, unit="%"), COUNT), warehouse(table(used=4)))
    assert found.verdict is Status.FAIL
    assert found.check("used").detail == "40.0 % (>= 95 %)"
    assert found.check("count").status is Status.PASS


def test_nothing_is_asked_before_it_was_estimated() -> None:
    asked = warehouse()
    asked.bytes_a_query = 1000
    told: list[tuple[str, int, int]] = []
    court = Court(asked, Path(), Stop(), lambda q, size: told.append((q.labels["suite"], size, len(asked.asked))))
    found = judge(
        suite(USED, queries=(Query("q", "two", Bound(), "error", "rows"),)),
        Subject("p", dates=DATES),
        court,
        now=NOW,
    )
    assert told == [("s", 1000, 0), ("s", 1000, 1)]
    assert (found.bytes_estimated, found.bytes_billed, found.queries) == (2000, 2000, 2)


def test_an_estimate_asks_nothing() -> None:
    asked = warehouse()
    asked.bytes_a_query = 700
    one = suite(USED, queries=(Query("q", "two", Bound(), "error", "rows"),))
    assert estimate(one, Subject("p", dates=DATES), Court(asked, Path(), Stop())) == 1400
    assert asked.asked == []


# Unknown is never a pass


def test_a_metric_whose_column_is_missing_is_unknown_by_itself() -> None:
    found = judged(suite(metric("gone", "gone"), USED, COUNT))
    assert [check.status for check in found.checks] == [Status.UNKNOWN, Status.PASS, Status.PASS]
    assert found.check("gone").reason is Reason.MISSING_COLUMN
    assert (found.verdict, found.queries) == (Status.UNKNOWN, 1)


def test_a_metric_that_breaks_the_query_in_running_is_found_by_halves() -> None:
    metrics = [metric(f"m{n}", "used") for n in range(7)]
    metrics[4] = metric("m4", "divided")
    found = judged(suite(*metrics))
    assert [check.name for check in found.checks if check.status is not Status.PASS] == ["m4"]
    assert found.check("m4").reason is Reason.DIVISION_BY_ZERO
    assert found.rows == 10


def test_over_no_rows_a_division_by_their_number_costs_one_more_query_and_no_halves() -> None:
    found = judged(suite(*[metric(f"m{n}", "divided") for n in range(8)]), warehouse([]))
    assert {check.reason for check in found.checks} == {Reason.NO_ROWS}
    assert (found.rows, found.queries) == (0, 2)


def test_a_suite_of_one_broken_metric_still_says_how_many_rows_there_are() -> None:
    found = judged(suite(metric("divided", "divided")))
    assert (found.verdict, found.rows) == (Status.UNKNOWN, 10)


def test_no_rows_make_every_check_unknown_even_a_count() -> None:
    one = suite(COUNT, metric("none", "COUNT(*)", Bound(at_most=0.0)), completeness=Completeness(0, None, "error"))
    found = judged(one, warehouse([]))
    assert {check.status for check in found.checks} == {Status.UNKNOWN}
    assert {check.reason for check in found.checks} == {Reason.NO_ROWS}
    assert (found.verdict, found.rows) == (Status.UNKNOWN, 0)


def test_what_saw_no_rows_still_says_its_bound_with_its_unit() -> None:
    share = replace(USED, unit="%")
    query = Query("q", "none", AT_LEAST, "error", unit="%")
    whole = Completeness(None, 0.9, "error")
    found = judged(suite(share, completeness=whole, queries=(query,)), warehouse([]))
    assert [check.detail for check in found.checks] == [
        "d.t: the suite saw no rows in this range (>= 95 %)",
        "d.t: the suite saw no rows in this range (>= 90 %)",
        "d.t: the suite saw no rows in this range (>= 95 %)",
    ]
    assert judged(suite(queries=(query,))).check("q").detail == "the query returned no rows (>= 95 %)"


@pytest.mark.parametrize(("sql", "reason"), [("null", Reason.NULL_VALUE), ("text", Reason.NOT_A_NUMBER)])
def test_a_value_that_is_no_number_is_unknown(sql: str, reason: Reason) -> None:
    found = judged(suite(metric("odd", sql), COUNT))
    assert found.check("odd").reason is reason
    assert found.verdict is Status.UNKNOWN


@pytest.mark.parametrize(
    "reason", [Reason.MISSING_TABLE, Reason.UNREACHABLE, Reason.TIMED_OUT, Reason.PERMISSION_DENIED, Reason.LOCKED]
)
def test_what_ails_the_warehouse_makes_all_unknown_and_is_named(reason: Reason) -> None:
    asked = warehouse()
    asked.failing = AskError(reason, "it does not work.", where="d.t", todo="Mend it.")
    found = judged(suite(USED, COUNT, completeness=Completeness(0, None, "error")), asked)
    assert {(check.status, check.reason, check.todo) for check in found.checks} == {
        (Status.UNKNOWN, reason, "Mend it.")
    }
    assert all("d.t: it does not work" in check.detail for check in found.checks)
    assert (found.verdict, found.rows, found.queries) == (Status.UNKNOWN, None, 0)


def test_a_plan_without_a_warehouse_is_unknown() -> None:
    found = judge(suite(USED), Subject("p", dates=DATES), Court(None, Path(), Stop()), now=NOW)
    assert found.verdict is Status.UNKNOWN


def test_a_phase_without_dates_is_unknown_where_the_suite_binds_them() -> None:
    found = judged(suite(USED), subject=Subject("p"))
    assert found.check("used").reason is Reason.NO_DATES


def test_a_stop_makes_what_is_left_unknown() -> None:
    stop = Stop()
    stop.request()
    found = judged(suite(USED), stop=stop)
    assert found.check("used").reason is Reason.CANCELLED


# Severities


def test_a_failed_or_unknown_warning_only_warns() -> None:
    assert judged(suite(COUNT, replace(USED, severity="warn")), warehouse(table(3))).verdict is Status.WARN
    assert judged(suite(COUNT, metric("g", "gone", severity="warn"))).verdict is Status.WARN
    assert judged(suite(COUNT, metric("g", "gone", severity="info"))).verdict is Status.PASS


# Breakdowns


def test_a_breakdown_is_shown_and_the_whole_decides() -> None:
    one = suite(replace(USED, bound=Bound(at_least=50.0), by="season"))
    found = judged(one, warehouse(table(used=6))).check("used")
    assert found.status is Status.PASS
    assert [(part.group, part.rows, part.value) for part in found.parts] == [(2023, 5, 100.0), (2024, 5, 20.0)]


def test_a_group_of_which_nothing_is_asked_has_no_status_and_stays_so_in_json() -> None:
    found = judged(suite(replace(USED, bound=Bound(at_least=50.0), by="season")), warehouse(table(used=6)))
    assert [part.status for part in found.check("used").parts] == [None, None]
    written = suite_json(found)
    assert [part["status"] for part in written["checks"][0]["parts"]] == [None, None]
    assert suite_of_json(written, "").check("used").parts == found.check("used").parts


def test_where_each_group_is_bounded_the_worst_group_decides() -> None:
    one = suite(replace(USED, bound=Bound(at_least=50.0), by="season", each=Bound(at_least=50.0)))
    found = judged(one, warehouse(table(used=6))).check("used")
    assert found.status is Status.FAIL
    assert [part.status for part in found.parts] == [Status.PASS, Status.FAIL]
    assert "2024: 20" in found.detail


# Completeness


def gappy(*lacking: int) -> MemoryWarehouse:
    return warehouse(table(days=[day for n, day in enumerate(DAYS) if n not in lacking]))


CALENDAR = {day: 5.0 for day in DAYS if day.day != 4}  # nothing was due on the fourth
WORK = WorkCalendar(CALENDAR)
WHOLE = suite(COUNT, completeness=Completeness(0, None, "error"))


def retry(days: tuple[date, ...]) -> tuple[str, ...]:
    return ("job", "--dates", ",".join(map(str, days)))


def test_dates_of_the_calendar_without_a_row_are_listed_with_the_command_that_fills_them() -> None:
    found = judged(WHOLE, gappy(3, 6), Subject("p", dates=DATES, calendar=WORK, retry_of=retry))
    check = found.check("missing_dates")
    assert (check.status, check.value, check.dates) == (Status.FAIL, 1, (date(2024, 1, 7),))
    assert check.command == ("job", "--dates", "2024-01-07")


def test_off_days_are_not_missing() -> None:
    found = judged(WHOLE, gappy(3), Subject("p", dates=DATES, calendar=WORK))
    assert found.check("missing_dates").status is Status.PASS


def test_without_a_calendar_a_date_without_rows_is_doubtful_not_failed() -> None:
    assert judged(WHOLE, gappy(3)).check("missing_dates").reason is Reason.NO_CALENDAR
    assert judged(WHOLE).check("missing_dates").status is Status.PASS


def test_without_a_calendar_it_passes_where_no_calendar_could_make_it_fail() -> None:
    one = suite(COUNT, completeness=Completeness(2, 0.5, "error"))
    found = judged(replace(one, metrics=(metric("n", "COUNT(*)", Bound()),)), gappy(3))
    assert found.check("missing_dates").status is Status.PASS
    assert found.check("coverage").status is Status.UNKNOWN


def test_of_dates_that_the_calendar_was_not_asked_about_nothing_is_known() -> None:
    asked_for_a_week = WorkCalendar(CALENDAR, (FIRST, date(2024, 1, 7)))
    found = judged(WHOLE, gappy(9), Subject("p", dates=DATES, calendar=asked_for_a_week)).check("missing_dates")
    assert found.reason is Reason.NO_CALENDAR
    assert "2024-01-10" in found.detail
    surely = judged(WHOLE, gappy(0, 9), Subject("p", dates=DATES, calendar=asked_for_a_week, retry_of=retry))
    assert surely.check("missing_dates").status is Status.FAIL
    assert surely.check("missing_dates").command == ("job", "--dates", "2024-01-01")


@pytest.mark.parametrize(
    ("span", "lacking", "said", "todo"),
    [
        ((FIRST, date(2024, 1, 7)), 9, "season.csv ends on 2024-01-07", "Continue it to 2024-01-10; "),
        ((date(2024, 1, 3), DATES[1]), 0, "season.csv begins on 2024-01-03", "Let it begin on 2024-01-01; "),
    ],
)
def test_beyond_the_rows_of_a_calendar_file_nothing_is_known_and_it_says_which_row_would_tell(
    span: tuple[date, date], lacking: int, said: str, todo: str
) -> None:
    calendar = WorkCalendar(CALENDAR, span, source="season.csv")
    subject = Subject("p", dates=DATES, calendar=calendar, retry_of=retry)
    found = judged(WHOLE, gappy(lacking), subject).check("missing_dates")
    assert (found.status, found.reason, found.command) == (Status.UNKNOWN, Reason.NO_CALENDAR, ())
    assert f"{said} and tells nothing of {DAYS[lacking]}" in found.detail
    assert found.todo == f"{todo}where nothing is due, a row `{DAYS[lacking]},0` says so."
    assert judged(WHOLE, subject=subject).verdict is Status.PASS  # with rows it needs no calendar


def test_coverage_with_doubtful_dates_is_told_where_it_is_the_same_whatever_is_due_on_them() -> None:
    until_the_eighth = WorkCalendar(dict.fromkeys(DAYS, 1.0), (FIRST, DAYS[7]))

    def status(share: float, *lacking: int) -> Status:
        one = suite(COUNT, completeness=Completeness(None, share, "error"))
        subject = Subject("p", dates=DATES, calendar=until_the_eighth)
        return judged(one, gappy(*lacking), subject).check("coverage").status

    assert status(0.85, 9) is Status.PASS  # 8 of 9, or 9 of 9
    assert status(0.90, 9) is Status.UNKNOWN
    assert status(0.88, 0) is Status.UNKNOWN  # 7 of 8, or 9 of 10
    assert status(0.95, 0, 9) is Status.FAIL  # 8 of 9 at best


def test_no_command_fills_dates_of_which_nobody_knows_whether_they_are_due() -> None:
    found = judged(WHOLE, gappy(3), Subject("p", dates=DATES, retry_of=retry)).check("missing_dates")
    assert (found.status, found.dates, found.command) == (Status.UNKNOWN, (DAYS[3],), ())


def test_a_pass_despite_dates_without_rows_says_so() -> None:
    one = suite(metric("n", "COUNT(*)", Bound()), completeness=Completeness(2, 0.75, "error"))
    found = judged(one, gappy(5, 6), Subject("p", dates=DATES, calendar=WORK))
    assert found.check("coverage").detail == (
        "77.78 % (>= 75 %) of 9 dates; passes although 2 dates have no row: 2024-01-06, 2024-01-07"
    )
    assert "passes although 2 dates have no row" in found.check("missing_dates").detail
    whole = judged(one, subject=Subject("p", dates=DATES, calendar=WORK)).check("coverage")
    assert whole.detail == "100 % (>= 75 %) of 9 dates"


def test_another_span_of_the_calendar_is_another_judgement() -> None:
    week = WorkCalendar(CALENDAR, (FIRST, date(2024, 1, 7)))
    assert week.digest(DATES) != WorkCalendar(CALENDAR, (FIRST, date(2024, 1, 8))).digest(DATES)
    assert WorkCalendar(CALENDAR, DATES).digest(DATES) == WORK.digest(DATES)


def test_a_calendar_that_could_not_be_asked_is_said_with_its_reason() -> None:
    broken = WorkCalendar(None, problem="the calendar could not be asked (no such table)")
    found = judged(WHOLE, gappy(3), Subject("p", dates=DATES, calendar=broken)).check("missing_dates")
    assert (found.status, found.todo) == (Status.UNKNOWN, "Mend the calendar's query.")
    assert "no such table" in found.detail


def test_dates_that_the_job_skipped_on_purpose_are_not_asked_for() -> None:
    skipped = Account(units={DAYS[6]: Unit(DAYS[6], UnitState.SKIPPED)})
    found = judged(WHOLE, gappy(6), Subject("p", dates=DATES, calendar=WORK, accounts={"p": skipped}))
    assert found.check("missing_dates").status is Status.PASS


def test_coverage_is_a_percentage_of_the_dates_with_work() -> None:
    one = suite(COUNT, completeness=Completeness(None, 0.9, "error"))
    found = judged(one, gappy(6), Subject("p", dates=DATES, calendar=WORK)).check("coverage")
    assert found.status is Status.FAIL
    assert found.value == pytest.approx(100 * 8 / 9)
    assert found.bound == ">= 90"


def test_a_calendar_without_work_in_the_range_is_unknown() -> None:
    found = judged(WHOLE, subject=Subject("p", dates=DATES, calendar=WorkCalendar({date(2020, 1, 1): 3.0})))
    assert found.check("missing_dates").reason is Reason.NO_CALENDAR


def test_only_listed_dates_are_asked_for_where_a_file_lists_them() -> None:
    found = judged(WHOLE, gappy(6), Subject("p", dates=DATES, listed=(DAYS[0], DAYS[9]), calendar=WORK))
    assert found.check("missing_dates").status is Status.PASS


# Free queries


@pytest.mark.parametrize(
    ("sql", "expect", "status"),
    [
        ("two", "rows", Status.PASS),
        ("none", "rows", Status.FAIL),
        ("two", "no_rows", Status.FAIL),
        ("none", "no_rows", Status.PASS),
        ("wrong", "rows", Status.UNKNOWN),
        ("wrong", "no_rows", Status.UNKNOWN),
    ],
)
def test_rows_are_expected_or_forbidden(sql: str, expect: str, status: Status) -> None:
    one = suite(table=None, queries=(Query("q", sql, Bound(), "error", expect),))  # type: ignore[arg-type]
    found = judged(one)
    assert found.check("q").status is status
    assert found.rows is None


@pytest.mark.parametrize(
    ("sql", "status", "reason"),
    [
        ("seven", Status.PASS, None),
        ("two", Status.FAIL, None),
        ("none", Status.UNKNOWN, Reason.NO_ROWS),
        ("null", Status.UNKNOWN, Reason.NULL_VALUE),
        ("wrong", Status.UNKNOWN, Reason.WRONG_SQL),
    ],
)
def test_the_first_value_is_held_against_the_bounds(sql: str, status: Status, reason: Reason | None) -> None:
    found = judged(suite(table=None, queries=(Query("q", sql, Bound(at_least=7.0), "error"),))).check("q")
    assert (found.status, found.reason) == (status, reason)


# Samples and progress


def test_a_sample_shows_the_rows_of_the_metric_s_own_query() -> None:
    one = suite(replace(USED, sample="two"), COUNT)
    court = Court(warehouse(), Path(), Stop())
    found = sample(one, "used", Subject("p", dates=DATES), court)
    assert (found.columns, found.rows, found.problem) == (("id",), ((1,), (2,)), "")
    assert "no `sample` query" in sample(one, "count", Subject("p", dates=DATES), court).problem


def test_progress_is_judged_beside_the_data() -> None:
    one = suite(COUNT, progress=(ProgressCheck("missing", Bound(at_most=0.0), "error"),))
    assert judged(one).check("missing").reason is Reason.NO_ACCOUNT


def test_a_bound_beside_an_expectation_counts_too() -> None:
    query = Query("q", "seven", Bound(at_least=8.0), "error", "rows")
    found = judged(suite(table=None, queries=(query,))).check("q")
    assert (found.status, found.bound) == (Status.FAIL, "rows and >= 8")


def test_over_a_table_without_rows_its_free_queries_mean_nothing() -> None:
    one = suite(queries=(Query("q", "none", Bound(), "error", "no_rows"),))
    assert judged(one).check("q").status is Status.PASS
    assert judged(one, warehouse([])).check("q").reason is Reason.NO_ROWS


@pytest.mark.parametrize(
    "torn",
    [
        "TRUE) OR (TRUE",
        "COUNT(*)) AS value_1, (COUNT(*)",
        "1; SELECT 2",
        "'open",
        "/* open",
        "SELECT 1",
        "1, 2",
        "",
    ],
)
def test_an_expression_that_would_leave_its_place_in_the_query_is_refused(torn: str) -> None:
    asked = warehouse()
    found = judged(suite(metric("torn", torn), USED), asked)
    assert found.check("torn").reason is Reason.WRONG_SQL
    assert found.check("used").status is Status.PASS
    assert judged(suite(USED, where=torn)).check("used").reason is Reason.WRONG_SQL
    assert all(torn not in question.sql for question in asked.asked if torn)


def test_a_breakdown_into_more_groups_than_are_fetched_is_unknown() -> None:
    rows: list[Mapping[str, Value]] = [{"day": FIRST, "usage": 1.0, "season": n} for n in range(ROWS_AT_MOST + 5)]
    one = suite(replace(USED, by="season", each=Bound(at_least=1.0)), COUNT)
    found = judged(one, warehouse(rows))
    assert found.check("used").status is Status.UNKNOWN
    assert found.check("count").status is Status.PASS


def test_an_unreachable_warehouse_is_asked_once() -> None:
    asked = warehouse()
    asked.failing = AskError(Reason.UNREACHABLE, "it can't be reached.", where="d.t")
    one = suite(USED, queries=tuple(Query(f"q{n}", "two", Bound(), "error", "rows") for n in range(5)))
    found = judged(one, asked)
    assert {check.reason for check in found.checks} == {Reason.UNREACHABLE}
    assert len(asked.estimated) == 1


def test_what_is_unknown_says_what_to_do() -> None:
    found = judged(
        suite(metric("null", "null"), metric("text", "text"), metric("gone", "gone"), metric("z", "divided"))
    )
    assert all(check.todo for check in found.checks)
    assert all(check.todo for check in judged(suite(USED), warehouse([])).checks)


def test_each_question_says_who_asks_and_has_the_suite_s_time() -> None:
    asked = warehouse()
    judged(suite(USED, timeout_s=12.0), asked, Subject("p", plan="night", dates=DATES))
    question: Question = asked.asked[0]
    assert question.labels == {"plan": "night", "phase": "p", "suite": "s"}
    assert (question.timeout_s, question.dates) == (12.0, DATES)
