"""Suites and checks as words: columns, details, plain lines; whatever a warehouse may answer."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import example as case
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.checks.model import Check, Kind, Part, Reason, Sample, Status, SuiteResult, Value
from backfill_tui.engine.snapshot import Judgement, PhaseView, Point, SuiteView
from backfill_tui.plan.words import Severity
from backfill_tui.views import asked, check_columns, check_detail, checks, facts, grid, header, verdicts
from backfill_tui.views.spans import Tone, line_text, line_width
from tests.tui import example, suites

NOW = example.NOW
NASTY = "[bold]x[/] \x1b[31mred\x1b]0;pwn\x07 \u202e\n\t\x00 ünï 名前"
HUGE = 10**6_000


def view_of(*found: SuiteView) -> PhaseView:
    return example.phase("p", suites=found)


def suite_of(*found: Check, **known: object) -> SuiteView:
    return SuiteView("s", "Suite", result=suites.result("s", "Suite", found, **known))


def detail(
    check: Check, room: int = 46, *, trend: tuple[Point, ...] = (), sample: Sample | None = None
) -> list[str]:
    suite = replace(suite_of(check), trends={check.name: trend})
    return [line_text(line) for line in check_detail.lines(suite, check, NOW, room, sample)]


FACTORS = example.phases()[3]


# The table


def test_output_suites_come_first_whatever_order_they_are_given_in() -> None:
    view = view_of(suites.players(), suites.factors())
    titles = [
        line_text(row.line).strip()
        for row in checks.rows(view, NOW, 100)
        if row.line and row.line[0].tone is Tone.TITLE
    ]
    assert [title.split("   ")[0] for title in titles] == ["Composite factors", "Player game summary"]


def test_numbers_end_in_one_column_and_units_begin_in_one() -> None:
    rows = [line_text(row.line) for row in checks.rows(FACTORS, NOW, 90) if row.key is not None and row.key.check]
    ends = {
        row.index(value) + len(value)
        for row in rows
        for value in ("1.3", "91.2", "118,423", "47.7", "2,641,077")
        if value in row
    }
    assert len(ends) == 1
    assert len({row.index(" %") for row in rows if " %  >=" in row}) == 1


@given(st.integers(12, 200))
def test_every_row_keeps_to_its_room(room: int) -> None:
    for row in checks.rows(FACTORS, NOW, room):
        assert line_width(row.line) <= max(room, 40)
        if room >= 40:
            assert line_width(row.line) <= room


def test_a_narrow_table_keeps_status_name_and_value_longest() -> None:
    row = next(line_text(r.line) for r in checks.rows(FACTORS, NOW, 40) if r.key and r.key.check == "usage_rate")
    assert "✗ usage_rate" in row
    assert "47.7 %" in row


def test_a_heading_says_verdict_table_rows_bytes_duration_and_age() -> None:
    shown = " ".join(line_text(row.line) for row in checks.rows(view_of(suites.offense()), NOW, 120))
    for words in (
        "✓ pass",
        suites.TEAM,
        "11,596 rows",
        "52.4 MB read",
        "1.9 s",
        "3h40 ago",
        "stale: team_offense_fix has",
    ):
        assert words in shown


def test_where_nothing_is_billed_no_bytes_are_told() -> None:
    assert "read" not in " ".join(
        line_text(row.line) for row in checks.rows(view_of(suites.factors()), NOW, 120)[:2]
    )


def test_ages_change_once_a_minute_at_most() -> None:
    at = NOW - timedelta(seconds=3)
    assert verdicts.age(at, NOW) == verdicts.age(at, NOW + timedelta(seconds=50)) == "just now"
    assert verdicts.age(at, NOW + timedelta(seconds=60)) == "1m ago"
    assert verdicts.age(NOW + timedelta(seconds=5), NOW) == "just now"


@pytest.mark.parametrize(
    ("detail_", "bound", "unit", "value", "expected"),
    [
        ("47.7 % (>= 95 %)", ">= 95", "%", 47.7123, ("47.7 %", ">= 95 %")),
        ("94.996 % (>= 95 %); each >= 90, but 2023: 4", ">= 95", "%", 94.996, ("94.996 %", ">= 95 %")),
        ("40 (<= 0) of 917 dates: 2022-05-25", "<= 0", None, 40, ("40", "<= 0")),
        ("3 rows (rows expected)", "rows", None, 3, ("3 rows", "rows expected")),
        ("2,641,077", None, None, 2_641_077, ("2,641,077", "")),
        ("took longer than 300 s", ">= 5", None, None, ("–", ">= 5")),
        ("exit 1: 3 tables (of 9) are empty", None, None, 1, ("1", "")),
        ("", ">= 5600", None, 5798, ("5,798", ">= 5600")),
    ],
)
def test_value_and_bound_are_told_apart(
    detail_: str, bound: str | None, unit: str | None, value: Value, expected: tuple[str, str]
) -> None:
    status = Status.UNKNOWN if value is None else Status.FAIL
    check = suites.check("c", status, detail_, value, bound, unit=unit)
    assert verdicts.value_and_bound(check) == expected


def test_a_check_is_marked_as_bad_as_it_counts() -> None:
    def mark(status: Status, severity: Severity = "error", bound: str | None = ">= 1") -> tuple[str, Tone]:
        check = replace(suites.check("c", status, "1", 1, bound), severity=severity)
        span = verdicts.mark(check)
        return span.text, span.tone

    assert mark(Status.FAIL) == ("✗", Tone.BAD)
    assert mark(Status.FAIL, "warn") == ("!", Tone.WARN)
    assert mark(Status.FAIL, "info") == mark(Status.UNKNOWN, "info") == ("·", Tone.DIM)
    assert mark(Status.UNKNOWN) == mark(Status.UNKNOWN, "warn") == ("?", Tone.WARN)
    assert mark(Status.PASS) == ("✓", Tone.GOOD)
    assert mark(Status.PASS, bound=None) == ("·", Tone.DIM)


def test_the_newest_value_of_a_trend_stands_at_its_right_end_and_one_value_is_none() -> None:
    assert check_columns.trend(suites.points(0.0, 50.0, 100.0), 6) == "   ▁▄▇"
    assert check_columns.trend(suites.points(1.0), 6) == ""
    assert check_columns.trend(suites.points(*(float(i) for i in range(50))), 4)[-1] == "▇"


def test_values_below_nought_and_no_numbers_are_drawn_without_a_fault() -> None:
    drawn = check_columns.trend(suites.points(-5.0, float("nan"), float("inf"), 5.0), 4)
    assert drawn == "▁  ▇"
    assert check_columns.trend(suites.points(float("nan"), float("nan")), 2) == "  "


def test_a_metric_that_is_bounded_in_its_groups_alone_is_judged() -> None:
    bare = suites.check("m", Status.PASS, "1", 1)
    assert verdicts.standing(replace(bare, parts=(Part(2024, 3, 1, None),))) is None
    assert verdicts.standing(replace(bare, parts=(Part(2024, 3, 1, Status.PASS),))) is Status.PASS


def test_a_value_that_nothing_is_asked_of_is_no_pass_in_its_detail() -> None:
    assert detail(suites.check("m", Status.PASS, "2,641,077", 2_641_077))[0] == "· only shown: 2,641,077"
    held = replace(suites.check("m", Status.FAIL, "1 (>= 2)", 1, ">= 2"), severity="info")
    assert detail(held)[0] == "✗ fail: 1 (>= 2)"


@given(
    st.lists(
        st.builds(
            Check,
            name=st.just("c"),
            kind=st.sampled_from(get_args(Kind)),
            severity=st.sampled_from(get_args(Severity)),
            status=st.sampled_from(Status),
            bound=st.sampled_from((None, ">= 1")),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_summary_counts_the_marks_of_the_rows(found: list[Check]) -> None:
    view = view_of(SuiteView("s", "S", result=suites.result("s", "S", found)))
    rows = [line_text(row.line).strip() for row in checks.rows(view, NOW, 100) if row.key]
    marks = Counter(row[0] for row in rows)
    counted = dict(re.findall(r"([✓✗!?·]) (\d+)", line_text(checks.summary(view))))
    assert {mark: str(number) for mark, number in marks.items()} == counted


def test_the_summary_is_in_words_from_the_worst_on() -> None:
    assert line_text(checks.summary(FACTORS)) == (
        "11 checks   ✗ 2 fail   ? 1 unknown   ! 1 warn   ✓ 5 pass   · 2 only shown"
    )
    assert "No suites judge this phase" in line_text(checks.summary(view_of()))


# The detail


def test_a_detail_says_the_verdict_why_and_what_to_do() -> None:
    result = suites.factors().result
    assert result is not None
    shown = detail(result.check("usage_last_7"), 80)
    assert shown[0] == "? unknown: no column avg_usage_rate_last_7_games in the table"
    assert any("why" in line and "no such column" in line for line in shown)
    assert any("to do" in line and "Name a column" in line for line in shown)


def test_ten_thousand_missing_dates_are_a_dozen_and_a_count_and_the_command_is_cut() -> None:
    days = tuple(date(1999, 1, 1) + timedelta(days=i) for i in range(10_000))
    lacking = replace(
        suites.check("missing_dates", Status.FAIL, "10,000 (<= 0)", 10_000, "<= 0", kind="completeness"),
        dates=days,
        command=("job", "--dates", ",".join(str(day) for day in days)),
    )
    shown = detail(lacking)
    assert "10,000 dates without a row" in shown
    assert "and 9,988 more" in " ".join(shown)
    assert "characters more; backfill-tui validate prints it whole" in " ".join(shown)
    assert len(shown) < 40
    plain_lines = list(checks.as_lines(suites.result("s", "S", [lacking])))
    assert any(line.endswith(str(days[-1])) for line in plain_lines)


def test_a_command_is_broken_between_its_dates_and_can_be_put_together_again() -> None:
    result = suites.factors().result
    assert result is not None
    lacking = result.check("missing_dates")
    shown = detail(lacking, 46)
    lines = shown[shown.index("The command that fills them") + 1 :]
    assert all(line.endswith(",") for line in lines[:-1])
    assert "".join(lines) == " ".join(lacking.command)


def test_five_hundred_groups_are_cut_and_the_worst_are_shown() -> None:
    parts = tuple(Part(i, 10, float(i), Status.FAIL if i == 499 else Status.PASS) for i in range(500))
    shown = detail(replace(suites.check("m", Status.FAIL, "1 (>= 2)", 1, ">= 2"), parts=parts))
    assert any(line.startswith("✗ 499") for line in shown)
    assert any("… and 460 more groups, none worse" in line for line in shown)


def test_groups_of_which_nothing_is_asked_are_not_judged() -> None:
    parts = tuple(Part(i, 10, float(i), None) for i in range(60))
    shown = detail(replace(suites.check("m", Status.PASS, "1 (>= 0)", 1, ">= 0"), parts=parts))
    assert any(line.startswith("· 7 ") for line in shown)
    assert "… and 20 more groups" in shown
    assert not any(mark in line for line in shown[1:] for mark in "✓✗?")


def test_groups_share_their_decimals_and_an_absent_value_is_no_nought() -> None:
    usage = suites.players().result
    assert usage is not None
    shown = detail(usage.check("usage_rate"))
    assert "✓ 2022  97.0 %  26,803 rows" in shown
    assert "✗ 2024   0.0 %  26,117 rows" in shown
    assert "? 2025       –  10,942 rows" in shown


def test_a_trend_has_its_first_and_last_value_with_their_times() -> None:
    usage = suites.check("m", Status.FAIL, "47.7 % (>= 95 %)", 47.7123, ">= 95", unit="%")
    shown = detail(usage, trend=suites.points(12.0, 30.0, 47.7123))
    assert any("12.00 % 19:32" in line and "47.71 % 20:02" in line for line in shown)


def test_a_sample_is_a_table_with_what_it_leaves_out() -> None:
    sample = Sample("m", "SELECT", ("game_id", "usage_rate"), (("0022300123", None), ("0022300124", 0.0)), more=8)
    shown = detail(suites.check("m", Status.FAIL, "1 (>= 2)", 1, ">= 2"), sample=sample)
    assert shown[2:7] == [
        "Rows that fail",
        "game_id     usage_rate",
        "0022300123        NULL",
        "0022300124           0",
        "… and 8 more rows",
    ]


def test_a_suite_that_was_never_run_says_which_key_runs_it() -> None:
    assert "Not run yet." in line_text(check_detail.lines(suites.ready(), None, NOW, 60)[0])


# Whatever comes

_VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(HUGE),
    st.just(-HUGE),
    st.floats(),
    st.text(max_size=300),
    st.just(NASTY),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.tuples(st.text(max_size=5), st.none(), st.integers()),
)


@given(_VALUES)
def test_any_value_is_one_short_line_without_control_characters(value: Value) -> None:
    for shown in (verdicts.cell(value), verdicts.number(value)):
        assert "\n" not in shown
        assert "\x1b" not in shown
        assert len(shown) <= 60
        assert shown or value == "" or isinstance(value, str)


@given(
    st.lists(st.lists(_VALUES, min_size=1, max_size=6), max_size=5),
    st.lists(st.text(max_size=50), max_size=6),
    st.integers(1, 120),
)
def test_any_answer_is_a_table_that_fits(rows: list[list[Value]], columns: list[str], room: int) -> None:
    for line in grid.table(columns, rows, room):
        assert line_width(line) <= max(room, 28)


def test_titles_are_broken_and_texts_cut_before_a_column_is_left_out() -> None:
    columns = ("player_lookup", "team_fg_attempts", "game_date", "minutes_played")
    rows = [("giannis_antetokounmpo", None, date(2026, 1, 2), 1_234.25)]
    assert [line_text(line) for line in grid.table(columns, rows, 80)] == [
        "player_lookup          team_fg_attempts  game_date   minutes_played",
        "giannis_antetokounmpo  NULL              2026-01-02         1234.25",
    ]
    assert [line_text(line) for line in grid.table(columns, rows, 42)] == [
        "            team_fg_              minutes_",
        "player_lo…  attempts  game_date     played",
        "giannis_a…  NULL      2026-01-02   1234.25",
    ]


@given(st.integers(0, 10**12), st.integers(20, 60))
def test_a_number_is_shown_whole_or_not_at_all(number: int, room: int) -> None:
    shown = [line_text(line) for line in grid.table(("player_lookup", "points"), [("x" * 30, number)], room)]
    assert shown[1].endswith(f" {number}") or shown[-1] == "… and 1 more column"


def _nasty_check(value: Value) -> Check:
    return Check(
        NASTY * 20,
        "query",
        "warn",
        Status.UNKNOWN,
        value,
        NASTY,
        NASTY * 30,
        NASTY,
        Reason.OTHER,
        NASTY,
        NASTY,
        (Part(NASTY, 3, value, Status.FAIL), Part(None, 0, None, Status.UNKNOWN)),
        (NASTY, NASTY),
        ((value, None), (NASTY,)),
        (date(2024, 1, 1),),
        (NASTY, NASTY),
    )


@case("", 46)
@given(_VALUES, st.integers(8, 160))
def test_nothing_from_outside_styles_steers_or_overflows(value: Value, room: int) -> None:
    check = _nasty_check(value)
    result: SuiteResult = suites.result("s", NASTY * 9, [check], table=NASTY, query=NASTY)
    suite = SuiteView("s", NASTY * 9, result=result, stale=NASTY, trends={check.name: suites.points(1.0, 2.0)})
    sample = Sample("m", NASTY, (NASTY,), ((value,), (NASTY,)))
    lines = [row.line for row in checks.rows(view_of(suite), NOW, room)]
    lines += check_detail.lines(suite, check, NOW, room, sample)
    shown = "\n".join(line_text(line) for line in lines) + "".join(checks.as_lines(result))
    assert not {"\x1b", "\x07", "\x00", "\u202e"}.intersection(shown)
    if room >= 46:
        assert max(line_width(line) for line in lines) <= room


def test_a_result_without_checks_says_that_it_looked_at_nothing() -> None:
    view = view_of(suite_of())
    assert next(row.key for row in checks.rows(view, NOW, 80) if row.key).check is None
    assert "looked at nothing" in " ".join(line_text(row.line) for row in checks.rows(view, NOW, 80))
    assert line_text(check_detail.lines(view.suites[0], None, NOW, 60)[0]).startswith("verdict")
    assert next(checks.as_lines(suites.result("s", "S", ()))).startswith("S: unknown")


# Elsewhere


def test_plain_lines_are_aligned_and_tell_what_to_do_of_what_is_no_pass() -> None:
    result = suites.factors().result
    assert result is not None
    lines = list(checks.as_lines(result))
    assert lines[0] == f"Composite factors ({suites.FACTORS}): fail, 16,204 rows, 0.21 s"
    assert lines[1] == "  pass     null_rate      1.3 % (<= 5 %)"
    assert lines[3] == "  unknown  usage_last_7   no column avg_usage_rate_last_7_games in the table"
    assert "           to do: Run the dates without a row again." in lines
    assert any(line.startswith("           fill them: python jobs/pcf.py --dates 2022-05-25,") for line in lines)


def test_the_phase_s_facts_have_the_verdict_the_check_it_is_due_to_and_its_age() -> None:
    shown = [line_text(line) for line in facts.about(example.night(), FACTORS, 90)]
    assert "checks     fail: missing_dates 40 (<= 0), 12m ago" in shown
    assert "inputs     fail: usage_rate 47.7 % (>= 95 %), 12m ago" in shown


def test_a_verdict_that_no_longer_counts_is_stale_wherever_it_is_told() -> None:
    stale = example.phases()[1]
    assert "pass, 3h40 ago, stale" in " ".join(line_text(line) for line in facts.about(example.night(), stale, 90))
    assert verdicts.clause(stale, NOW) == "checks pass, 3h40 ago, stale"
    assert line_text(header.checks(example.night(), stale, 100)).endswith("✓ pass   3h40 ago   stale")
    assert verdicts.column(stale)[0].tone is Tone.DIM


def test_a_verdict_is_due_to_the_worst_check_that_counts() -> None:
    found = (
        suites.check("shown", Status.FAIL, "1 (>= 2)", 1, ">= 2", severity="info"),
        suites.check("warned", Status.FAIL, "1 (>= 2)", 1, ">= 2", severity="warn"),
        replace(suites.check("column", Status.UNKNOWN, "gone"), reason=Reason.MISSING_COLUMN),
    )
    view = replace(view_of(suite_of(*found)), judgement=Judgement(Status.UNKNOWN, datetime.now(UTC)))
    assert "column: no such column" in verdicts.clause(view, NOW)


@pytest.mark.parametrize("limit", [None, 20_000_000_000])
def test_a_price_names_the_bytes_the_limit_if_any_and_the_key(limit: int | None) -> None:
    words = asked.price(1_240_000_000, limit)
    assert words.startswith("Would read 1.2 GB")
    assert ("limit 20.0 GB" in words) is (limit is not None)
    assert words.endswith("v again runs it.")
