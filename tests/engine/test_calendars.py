"""The calendar of a warehouse: asked once, kept, and never waited for in vain."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from backfill_tui.checks.model import Value
from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.checks.warehouse import Answer, AskError
from backfill_tui.control.ledger import Ledger
from backfill_tui.engine.calendars import CalendarSource, read_calendar
from backfill_tui.engine.plans import OpenedPlan, open_plan
from backfill_tui.engine.watch import PlanWatch
from tests.checks.api_server import hangs_in_running, is_cancel, is_run, serving
from tests.logs import LogWriter

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)

PLAN = """
plan: t
timezone: UTC
warehouse: {warehouse}
calendar:
  sql: SELECT game_date AS date, COUNT(*) AS weight FROM `ref.schedule`
    WHERE game_date BETWEEN @start_date AND @end_date GROUP BY 1
phases:
  p: {{log: p.log, units: calendar, dates: {{start: 2024-01-01, end: 2024-01-31}}}}
"""


def opened(folder: Path, warehouse: str = "{backend: duckdb, path: warehouse}") -> OpenedPlan:
    (folder / "backfill.yaml").write_text(PLAN.format(warehouse=warehouse))
    return open_plan(folder / "backfill.yaml", now=NOW, environ={})


def schedule(folder: Path, *games: tuple[str, int]) -> None:
    table = folder / "warehouse" / "ref" / "schedule"
    table.mkdir(parents=True, exist_ok=True)
    rows = ", ".join(f"(DATE '{day}')" for day, count in games for _ in range(count))
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM (VALUES {rows}) t(game_date)) TO '{table}/all.parquet' (FORMAT parquet)"
        )


def asked(plan: OpenedPlan, ledger: Ledger | None, now: datetime = NOW) -> CalendarSource:
    source = CalendarSource(plan.plan, ledger, now=now)
    source.wait(20)
    assert source.known is not None
    return source


def weights(source: CalendarSource) -> Mapping[date, float] | None:
    assert source.known is not None
    return source.known.weights


def test_it_is_asked_for_the_range_of_the_phases(tmp_path: Path) -> None:
    schedule(tmp_path, ("2023-12-31", 9), ("2024-01-02", 3), ("2024-01-05", 1), ("2024-02-01", 9))
    source = asked(opened(tmp_path), None)
    assert weights(source) == {date(2024, 1, 2): 3.0, date(2024, 1, 5): 1.0}
    assert source.note == ""


def test_it_is_kept_for_half_a_day_and_then_asked_again(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "state")
    schedule(tmp_path, ("2024-01-02", 3))
    plan = opened(tmp_path)
    now = datetime.now(UTC)
    asked(plan, ledger, now)
    schedule(tmp_path, ("2024-01-03", 5))
    assert weights(asked(plan, ledger, now + timedelta(hours=11))) == {date(2024, 1, 2): 3.0}
    assert weights(asked(plan, ledger, now + timedelta(hours=13))) == {date(2024, 1, 3): 5.0}
    ledger.close()


def test_one_that_can_not_be_asked_is_a_note_and_an_older_answer_is_used(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "state")
    plan = opened(tmp_path)
    assert "could not be asked" in asked(plan, ledger).note
    schedule(tmp_path, ("2024-01-02", 3))
    now = datetime.now(UTC)
    asked(plan, ledger, now)
    (tmp_path / "warehouse" / "ref" / "schedule" / "all.parquet").write_bytes(b"PAR1 half")
    later = asked(plan, ledger, now + timedelta(hours=13))
    assert weights(later) == {date(2024, 1, 2): 3.0}
    assert "an older answer is used" in later.note
    ledger.close()


def test_a_watch_takes_it_up_when_it_comes(tmp_path: Path) -> None:
    schedule(tmp_path, ("2024-01-02", 3), ("2024-01-05", 1))
    (tmp_path / "p.log").write_bytes(LogWriter().header("2024-01-01", "2024-01-31").body)
    watch = PlanWatch(opened(tmp_path))
    view = watch.look_whole(20).phase("p")
    watch.close()
    assert view.calendar == {date(2024, 1, 2): 3.0, date(2024, 1, 5): 1.0}
    assert view.account.counts.total == 2


def test_leaving_takes_the_question_back(tmp_path: Path) -> None:
    with serving(hangs_in_running) as server:
        place = f"{{backend: bigquery, project: p, api_endpoint: '{server.endpoint}'}}"
        source = CalendarSource(opened(tmp_path, place).plan, None, now=NOW)
        asked_at = server.wait_for(is_run)
        assert json.dumps(asked_at.body).count("2024-01-31") == 1
        source.close()
        server.wait_for(is_cancel)
        assert not source.asking


def of_file(folder: Path, *rows: str) -> WorkCalendar:
    (folder / "season.csv").write_text("\n".join(("date,weight", *rows, "")))
    plan = PLAN[: PLAN.index("  sql:")] + "  csv: season.csv\n" + PLAN[PLAN.index("phases:") :]
    (folder / "backfill.yaml").write_text(plan.format(warehouse="{backend: duckdb, path: warehouse}"))
    read = open_plan(folder / "backfill.yaml", now=NOW, environ={})
    known = CalendarSource(read.plan, None, now=NOW).known
    assert known is not None
    return known


def test_a_file_tells_of_the_days_from_its_first_row_to_its_last_and_not_of_others(tmp_path: Path) -> None:
    known = of_file(tmp_path, "2024-01-20,4", "2024-01-03,2", "2024-01-25,0")
    assert (known.source, known.span) == ("season.csv", (date(2024, 1, 3), date(2024, 1, 25)))
    assert [day for day in range(1, 32) if not known.knows(date(2024, 1, day))] == [1, 2, *range(26, 32)]
    assert known.has_work(date(2024, 1, 20))
    assert not known.has_work(date(2024, 1, 25))


def calendar_of(*rows: tuple[Value, ...]) -> Mapping[date, float]:
    return read_calendar(Answer(("Date", "weight"), rows, len(rows)))


def test_dates_may_be_texts_and_weights_left_out() -> None:
    assert calendar_of((date(2024, 1, 1), 0), ("2024-01-02", 2.5)) == {date(2024, 1, 1): 0.0, date(2024, 1, 2): 2.5}
    assert read_calendar(Answer(("date",), ((date(2024, 1, 1),),), 1)) == {date(2024, 1, 1): 1.0}


@pytest.mark.parametrize(
    "rows",
    [
        [(None, 3)],
        [("soon", 3)],
        [(date(2024, 1, 1), None)],
        [(date(2024, 1, 1), -1)],
        [(date(2024, 1, 1), True)],
        [(date(2024, 1, 1), 3), (date(2024, 1, 1), 4)],
    ],
)
def test_a_row_that_is_no_date_with_its_work_refuses_the_whole(rows: list[tuple[Value, ...]]) -> None:
    with pytest.raises(AskError, match="one row a date"):
        calendar_of(*rows)


@pytest.mark.parametrize("rows", [[], [(date(2024, 1, 1), 0)]])
def test_one_without_any_work_is_no_calendar(rows: list[tuple[Value, ...]]) -> None:
    with pytest.raises(AskError, match="no date with work"):
        calendar_of(*rows)


def test_without_a_column_date_or_cut_short_it_is_no_calendar() -> None:
    with pytest.raises(AskError, match="no column `date`"):
        read_calendar(Answer(("day", "weight"), ((date(2024, 1, 1), 3),), 1))
    with pytest.raises(AskError, match="2 rows"):
        read_calendar(Answer(("date",), ((date(2024, 1, 1),),), 2))
