"""What the suites of the example night have found: usage_rate at 47.7 %, a stale pass, and some never run."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from backfill_tui.checks.model import Check, Kind, Part, Reason, Status, SuiteResult, Value, verdict_of
from backfill_tui.engine.snapshot import Judgement, Point, SuiteView
from backfill_tui.plan.words import Severity

NOW = datetime(2026, 1, 3, 20, 14, 7, tzinfo=ZoneInfo("America/Los_Angeles"))
FOUR_YEARS = (date(2021, 10, 19), date(2026, 1, 2))
TEAM = "nba_analytics.team_offense_game_summary"
PLAYERS = "nba_analytics.player_game_summary"
FACTORS = "nba_precompute.player_composite_factors"


def check(
    name: str,
    status: Status,
    detail: str,
    value: Value = None,
    bound: str | None = None,
    *,
    kind: Kind = "metric",
    severity: Severity = "error",
    unit: str | None = None,
) -> Check:
    """A check with what most of them have."""
    return Check(name, kind, severity, status, value, bound, detail, unit)


def result(name: str, title: str, checks: Sequence[Check], **known: object) -> SuiteResult:
    """A result whose verdict is that of its checks."""
    blank = SuiteResult(
        name, title, verdict_of(checks), NOW - timedelta(minutes=12), tuple(checks), dates=FOUR_YEARS, queries=1
    )
    return replace(blank, **known)  # type: ignore[arg-type]


def points(*values: float) -> tuple[Point, ...]:
    """Values a quarter of an hour apart, the last one twelve minutes ago."""
    last = NOW - timedelta(minutes=12)
    return tuple(Point(last - timedelta(minutes=15 * i), v) for i, v in reversed(list(enumerate(reversed(values)))))


def seasons() -> tuple[Part, ...]:
    """A breakdown in which two seasons are not repaired yet."""
    rows = (
        (2021, 27_551, 96.1, Status.PASS),
        (2022, 26_803, 97.0, Status.PASS),
        (2023, 27_010, 30.4, Status.FAIL),
        (2024, 26_117, 0.0, Status.FAIL),
        (2025, 10_942, None, Status.UNKNOWN),
    )
    return tuple(Part(group, count, value, status) for group, count, value, status in rows)


def players() -> SuiteView:
    """The input of composite_factors: its coverage climbs and is not there yet."""
    usage = check("usage_rate", Status.FAIL, "47.7 % (>= 95 %)", 47.7123, ">= 95", unit="%")
    usage = replace(usage, parts=seasons(), todo="Wait for team_offense_fix, then run player_game_summary again.")
    spot = check(
        "last_high_scorers", Status.PASS, "3 rows (rows expected)", 3, "rows", kind="query", severity="info"
    )
    spot = replace(
        spot,
        sql="SELECT game_date, player_lookup, points\nFROM `nba_analytics.player_game_summary`\nORDER BY 3 DESC",
        columns=("game_date", "player_lookup", "points", "usage_rate"),
        rows=(
            (date(2026, 1, 2), "jalen_brunson", 41, 33.1),
            (date(2026, 1, 2), "luka_doncic", 38, None),
            (date(2025, 12, 31), "nikola_jokic", 36, 29.8),
        ),
    )
    found = (
        check("record_count", Status.PASS, "118,423 (>= 35,000)", 118_423, ">= 35000"),
        check("minutes_played", Status.PASS, "99.6 % (>= 99 %)", 99.61, ">= 99", unit="%"),
        usage,
        check("shot_zones", Status.FAIL, "38.2 % (>= 40 %)", 38.2, ">= 40", severity="warn", unit="%"),
        check("quality_score", Status.PASS, "83.4 (>= 75)", 83.41, ">= 75"),
        check("points_total", Status.PASS, "2,641,077", 2_641_077),
        spot,
    )
    asked = result(
        "player_game_summary",
        "Player game summary",
        found,
        table=PLAYERS,
        rows=118_423,
        duration_s=0.84,
        query="SELECT\n  COUNT(*) AS row_count,\n  100.0 * COUNTIF(usage_rate IS NOT NULL) / COUNT(*) AS usage\n"
        "FROM `nba_analytics.player_game_summary`\nWHERE game_date BETWEEN @start_date AND @end_date\n"
        "  AND points IS NOT NULL",
    )
    return SuiteView(
        "player_game_summary",
        "Player game summary",
        is_input=True,
        result=asked,
        every_s=900.0,
        trends={
            "usage_rate": points(12.0, 12.0, 18.5, 24.1, 30.0, 36.2, 41.9, 47.7123),
            "record_count": points(*(60_000.0 + 8_346.0 * i for i in range(8))),
            "shot_zones": points(38.2, 38.2, 38.2, 38.2, 38.2, 38.2, 38.2, 38.2),
        },
    )


def factors() -> SuiteView:
    """The output of composite_factors: dates are missing, a column is not there."""
    absent = tuple(date(2022, 5, 25) + timedelta(days=i) for i in range(40))
    missing = replace(
        check(
            "missing_dates", Status.FAIL, "40 (<= 0) of 917 dates: 2022-05-25, …", 40, "<= 0", kind="completeness"
        ),
        dates=absent,
        todo="Run the dates without a row again.",
        command=("python", "jobs/pcf.py", "--dates", ",".join(str(day) for day in absent)),
    )
    column = replace(
        check(
            "usage_last_7",
            Status.UNKNOWN,
            "no column avg_usage_rate_last_7_games in the table",
            bound="> 90",
            unit="%",
        ),
        reason=Reason.MISSING_COLUMN,
        todo="Name a column that the table has, or write it.",
    )
    found = (
        check("null_rate", Status.PASS, "1.3 % (<= 5 %)", 1.3, "<= 5", unit="%"),
        check("games_covered", Status.PASS, "91.2 % (>= 88 %)", 91.2, ">= 88", unit="%"),
        column,
        missing,
    )
    return SuiteView(
        "composite_factors",
        "Composite factors",
        result=result("composite_factors", "Composite factors", found, table=FACTORS, rows=16_204, duration_s=0.21),
        trends={"games_covered": points(64.0, 80.0, 91.2)},
    )


def ready() -> SuiteView:
    """Never run."""
    return SuiteView("ml_ready", "Ready to train")


def offense() -> SuiteView:
    """A pass that no longer counts."""
    found = (
        check("game_count", Status.PASS, "5,798 (>= 5,600)", 5798, ">= 5600"),
        check("record_count", Status.PASS, "11,596", 11_596),
        check("quality_score", Status.PASS, "81.7 (>= 75)", 81.66, ">= 75"),
        check("production_ready", Status.PASS, "92.4 % (>= 80 %)", 92.4, ">= 80", unit="%"),
    )
    asked = result(
        "team_offense",
        "Team offense",
        found,
        table=TEAM,
        rows=11_596,
        bytes_estimated=48_200_000,
        bytes_billed=52_428_800,
        duration_s=1.94,
        at=NOW - timedelta(hours=3, minutes=40),
    )
    return SuiteView("team_offense", "Team offense", result=asked, stale="team_offense_fix has written since")


def of_factors() -> tuple[SuiteView, ...]:
    """The suites of composite_factors."""
    return (factors(), ready(), players())


FAILED = Judgement(Status.FAIL, NOW - timedelta(minutes=12))
PASSED = Judgement(Status.PASS, NOW - timedelta(hours=3, minutes=40))
