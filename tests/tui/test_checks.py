"""The checks page: what its keys ask of the judge, what it says meanwhile, and what it draws."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from textual.geometry import Region
from textual.widget import Widget

from backfill_tui.checks.model import Sample, Status
from backfill_tui.engine.snapshot import Snapshot, SuiteView
from backfill_tui.errors import BackfillError
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.screens.checks import ChecksPage
from backfill_tui.tui.screens.dashboard import Dashboard
from backfill_tui.tui.screens.phase import PhasePage
from backfill_tui.tui.widgets.checks_table import ChecksTable
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.tui.widgets.panels import Details
from tests.tui import example, suites
from tests.tui.judge import FakeJudge
from tests.tui.screen import SMALL, make_app, press, running, shown, until

FACTORS = "composite_factors"


def _changed(phase: str, change: Callable[[SuiteView], SuiteView], sequence: int = 2) -> Snapshot:
    """The night with every suite of a phase changed."""
    night = example.night(sequence)
    views = [replace(v, suites=tuple(change(s) for s in v.suites)) if v.name == phase else v for v in night.phases]
    return replace(night, phases=tuple(views))


def _page(app: BackfillApp) -> ChecksPage:
    assert isinstance(app.screen, ChecksPage)
    return app.screen


def _selected(app: BackfillApp) -> str | None:
    key = _page(app).query_one(ChecksTable).selected
    return key.check if key else None


# Getting there and back


async def test_c_opens_the_checks_of_the_selected_phase_and_runs_nothing() -> None:
    judge = FakeJudge()
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "c")
        assert "composite_factors › checks" in shown(app)
        assert "47.7 %" in shown(app)
        assert judge.asked == []
        await press(pilot, "escape")
        assert isinstance(app.screen, Dashboard)


async def test_v_on_the_dashboard_opens_the_checks_and_runs_them_at_once_where_nothing_is_billed() -> None:
    judge = FakeJudge()
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: judge.asked == [("validate", FACTORS)])
        assert isinstance(app.screen, ChecksPage)


async def test_v_on_a_phase_page_does_the_same_and_esc_goes_back_to_it() -> None:
    judge = FakeJudge()
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "enter", "v")
        await until(pilot, lambda: judge.asked == [("validate", FACTORS)])
        await press(pilot, "escape")
        assert isinstance(app.screen, PhasePage)


async def test_a_number_turns_the_page_and_those_behind_it() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "enter", "c", "2")
        assert "team_offense › checks" in shown(app)
        assert "stale: team_offense_fix has written since" in shown(app)
        await press(pilot, "escape")
        assert "nba-night › team_offense " in shown(app)


async def test_a_phase_without_suites_says_so_and_asks_nobody() -> None:
    judge = FakeJudge()
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "5", "v")
        await until(pilot, lambda: "This phase has no suites to run" in shown(app))
        assert judge.asked == []


async def test_a_suite_that_was_never_run_says_so_calmly() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "3", "c")
        assert "1 suite, not run yet: v runs them." in shown(app)
        assert "· not run yet" in shown(app)
        assert "not judged yet" in shown(app)


# Moving


async def test_the_first_check_that_is_no_pass_is_selected_and_n_goes_round_the_others() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "c")
        seen = []
        for key in ("n", "n", "n", "n", "N", "x", "X"):
            seen.append(_selected(app))
            await press(pilot, key)
        assert seen == [
            *("usage_last_7", "missing_dates", "usage_rate", "shot_zones"),
            *("usage_last_7", "shot_zones", "usage_last_7"),
        ]


async def test_j_k_g_and_pages_move_over_checks_and_never_onto_a_heading() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "c", "g")
        seen = [_selected(app)]
        for key in ("j", "k", "G", "k", "pageup", "pagedown"):
            await press(pilot, key)
            seen.append(_selected(app))
        assert seen[:5] == ["null_rate", "games_covered", "null_rate", "last_high_scorers", "points_total"]
        assert seen[5] == "null_rate"
        assert seen[6] == "last_high_scorers"


async def test_moving_shows_the_detail_of_the_check() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "c", "n")
        assert "40 dates without a row" in shown(app)
        assert "python jobs/pcf.py --dates" in shown(app)
        await press(pilot, "n")
        assert "By group, 5 groups" in shown(app)
        assert "Trend, 8 results" in shown(app)
        await press(pilot, "G")
        assert "jalen_brunson" in shown(app)


async def test_tab_goes_to_the_detail_which_scrolls_and_esc_comes_back() -> None:
    app = make_app()
    async with running(app, (132, 20)) as pilot:
        await press(pilot, "4", "c", "n", "n", "tab")
        await until(pilot, lambda: isinstance(app.focused, Details))
        await press(pilot, "G")
        await until(pilot, lambda: "AND points IS NOT NULL" in shown(app))
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.focused, ChecksTable))
        await press(pilot, "escape")
        assert isinstance(app.screen, Dashboard)


async def test_enter_shows_the_detail_alone_where_it_is_narrow() -> None:
    app = make_app()
    async with running(app, SMALL) as pilot:
        await press(pilot, "4", "c", "n", "n")
        assert "Trend, 8 results" not in shown(app)
        await press(pilot, "enter")
        await until(pilot, lambda: "Trend, 8 results" in shown(app))
        assert "record_count" not in shown(app)
        await press(pilot, "escape")
        await until(pilot, lambda: "record_count" in shown(app))


# Running


async def test_where_reading_is_billed_the_bytes_are_shown_before_anything_is_run() -> None:
    judge = FakeJudge(bills=True)
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: "Would read 1.2 GB (limit 20.0 GB a query). v again runs it." in shown(app))
        assert judge.asked == [("estimate", FACTORS)]
        await press(pilot, "v")
        await until(pilot, lambda: judge.asked == [("estimate", FACTORS), ("validate", FACTORS)])


async def test_after_a_run_the_bytes_are_shown_anew() -> None:
    judge = FakeJudge(bills=True)
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: "v again runs it" in shown(app))
        await press(pilot, "v")
        await until(pilot, lambda: "11 checks" in shown(app))
        await press(pilot, "v")
        await until(pilot, lambda: "v again runs it" in shown(app))
        assert [what for what, *_ in judge.asked] == ["estimate", "validate", "estimate"]


async def test_a_price_holds_for_its_own_phase_only() -> None:
    judge = FakeJudge(bills=True)
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: "v again runs it" in shown(app))
        await press(pilot, "3", "v")
        await until(pilot, lambda: judge.asked[-1] == ("estimate", "player_game_summary"))


@pytest.mark.parametrize("bills", [False, True])
async def test_a_second_v_meanwhile_says_that_it_is_under_way(bills: bool) -> None:
    judge = FakeJudge(bills=bills, hold=True)
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v", "v")
        await until(pilot, lambda: "already" in shown(app))
        assert len(judge.asked) == 1


async def test_while_it_runs_the_footer_says_that_going_back_cancels_and_it_does() -> None:
    judge = FakeJudge(hold=True)
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: "esc cancel, back" in shown(app).splitlines()[-1])
        assert "Running 3 suites" in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, Dashboard)
        assert judge.asked == [("validate", FACTORS), ("cancel", FACTORS)]


@pytest.mark.parametrize("leave", ["2", "q"])
async def test_turning_to_another_phase_and_quitting_cancel_too(leave: str) -> None:
    judge = FakeJudge(hold=True)
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: bool(judge.asked))
        await pilot.press(leave)
    assert judge.asked == [("validate", FACTORS), ("cancel", FACTORS)]


async def test_what_is_over_is_not_cancelled() -> None:
    judge = FakeJudge()
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: "esc back" in shown(app).splitlines()[-1])
        await press(pilot, "escape")
        assert judge.asked == [("validate", FACTORS)]


@pytest.mark.parametrize("bills", [False, True])
async def test_what_ails_the_judge_is_one_sentence_and_v_tries_again(bills: bool) -> None:
    judge = FakeJudge(bills=bills)
    judge.failure = BackfillError("The warehouse is not there.", todo="Name another in the plan.")
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: "The warehouse is not there. Name another in the plan." in shown(app))
        await press(pilot, "v")
        await until(pilot, lambda: len(judge.asked) == 2)


async def test_even_what_the_judge_did_not_mean_to_raise_is_a_sentence() -> None:
    judge = FakeJudge()
    judge.failure = ZeroDivisionError("division by zero")
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: "ZeroDivisionError: division by zero" in shown(app))


@pytest.mark.parametrize("key", ["v", "s"])
async def test_a_read_only_screen_asks_for_nothing_and_says_so(key: str) -> None:
    judge = FakeJudge()
    app = make_app(judge=judge, read_only=True)
    async with running(app) as pilot:
        await press(pilot, "4", "c", "n", "n", key)
        await until(pilot, lambda: "This screen is read-only" in shown(app))
        assert judge.asked == []


@pytest.mark.parametrize("read_only", [False, True])
async def test_where_nothing_may_be_run_no_key_is_offered_that_runs(read_only: bool) -> None:
    app = make_app(judge=FakeJudge(), read_only=read_only)
    async with running(app) as pilot:
        for keys, offered in ((("4",), "v validate"), (("enter",), "v validate"), (("c",), "s sample rows")):
            await press(pilot, *keys)
            assert (offered in shown(app).splitlines()[-1]) is not read_only
        await press(pilot, "3")
        await until(pilot, lambda: "1 suite, not run yet" in shown(app))
        assert ("v runs them" in shown(app)) is not read_only


async def test_v_from_a_read_only_dashboard_opens_the_page_and_says_why_nothing_is_run() -> None:
    judge = FakeJudge()
    app = make_app(judge=judge, read_only=True)
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: "This screen is read-only: it runs no suites." in shown(app))
        assert judge.asked == []


async def test_without_a_judge_v_says_that_no_suites_can_be_run_here() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "v")
        await until(pilot, lambda: "No suites can be run here" in shown(app))


# Failing rows


async def test_s_shows_rows_that_make_the_selected_metric_fail() -> None:
    judge = FakeJudge()
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "c", "n", "n", "s")
        await until(pilot, lambda: "0022300123" in shown(app))
        assert judge.asked == [("sample", FACTORS, "player_game_summary", "usage_rate")]
        assert "… and 8 more rows" in shown(app)
        await press(pilot, "j", "k")
        assert "0022300123" in shown(app)


async def test_rows_that_fail_are_given_the_room_that_their_columns_need() -> None:
    columns = (
        "game_date",
        "game_id",
        "player_lookup",
        "points",
        "minutes_played",
        "team_fg_attempts",
        "team_turnovers",
    )
    judge = FakeJudge()
    row = (date(2026, 1, 2), "0022500481", "giannis_antetokounmpo", 31, 34.5, None, None)
    judge.rows = Sample("usage_rate", "SELECT 1", columns, (row,))
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "c", "n", "n")
        before = app.screen.query_one("#check").size.width
        await press(pilot, "s")
        await until(pilot, lambda: "0022500481" in shown(app))
        await until(pilot, lambda: "more column" not in shown(app) and "team_" in shown(app))
        await press(pilot, "j")
        await until(pilot, lambda: app.screen.query_one("#check").size.width == before)


async def test_where_reading_is_billed_s_says_so_before_it_asks() -> None:
    judge = FakeJudge(bills=True)
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "c", "n", "n", "s")
        await until(pilot, lambda: "The sample query is billed, too" in shown(app))
        assert judge.asked == []
        await press(pilot, "s")
        await until(pilot, lambda: "0022300123" in shown(app))


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [("g", "null_rate passes: no rows make it fail."), ("n", "missing_dates is no metric")],
)
async def test_s_says_why_there_are_no_rows_to_show(keys: str, sentence: str) -> None:
    judge = FakeJudge()
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "c", *keys, "s")
        await until(pilot, lambda: sentence in " ".join(shown(app).split()))
        assert judge.asked == []


async def test_a_suite_that_gives_no_sample_says_so_in_the_judge_s_words() -> None:
    judge = FakeJudge()
    judge.rows = Sample("usage_rate", "", problem="The suite gives no sample for usage_rate.")
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "c", "n", "n", "s")
        await until(pilot, lambda: "The suite gives no sample" in shown(app))


async def test_leaving_while_rows_are_asked_for_cancels_that() -> None:
    judge = FakeJudge(hold=True)
    app = make_app(judge=judge)
    async with running(app) as pilot:
        await press(pilot, "4", "c", "n", "n", "s")
        await until(pilot, lambda: len(judge.asked) == 1)
        await press(pilot, "escape")
        assert judge.asked[-1] == ("cancel", FACTORS)


# What is drawn


async def test_a_check_that_changes_is_drawn_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "c", "g")
        table = app.screen.query_one(ChecksTable)
        drawn: list[Region] = []
        refresh = table.refresh

        def noted(*regions: Region, **how: bool) -> Widget:
            drawn.extend(regions)
            return refresh(*regions, **how)

        monkeypatch.setattr(table, "refresh", noted)

        def climb(suite: SuiteView) -> SuiteView:
            if suite.result is None or suite.name != "player_game_summary":
                return suite
            better = [
                replace(c, value=48.1, detail="48.1 % (>= 95 %)") if c.name == "usage_rate" else c
                for c in suite.result.checks
            ]
            return replace(suite, result=replace(suite.result, checks=tuple(better)))

        app.show(_changed(FACTORS, climb))
        await pilot.pause()
        assert "48.1 %" in shown(app)
        assert len(drawn) == 1
        assert drawn[0].height == 1
        assert drawn[0].width <= 6


async def test_the_same_snapshot_again_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "c")
        await pilot.pause()
        drawn: list[object] = []
        for widget in [app.screen.query_one(ChecksTable), *app.screen.query(Lines)]:
            monkeypatch.setattr(widget, "refresh", lambda *a, **kw: drawn.append((a, kw)))
        app.show(replace(example.night(), sequence=2))
        assert drawn == []


async def test_a_suite_that_is_being_asked_says_so_and_keeps_what_it_found() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "c")
        app.show(_changed(FACTORS, lambda suite: replace(suite, running=True)))
        await pilot.pause()
        assert shown(app).count("◆ running") == 3
        assert "47.7 %" in shown(app)
        assert "· being asked" in shown(app)


async def test_results_that_come_keep_the_selection_and_one_that_is_gone_moves_it() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "c", "n", "n")
        app.show(_changed(FACTORS, lambda suite: suites.factors() if suite.name == "ml_ready" else suite))
        await pilot.pause()
        assert _selected(app) == "usage_rate"
        app.show(_changed(FACTORS, lambda suite: replace(suite, result=None), 3))
        await pilot.pause()
        assert _selected(app) is None
        assert shown(app).count("not run yet") >= 3


async def test_a_phase_that_is_gone_from_the_plan_is_told_of() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4", "c")
        night = example.night(2)
        app.show(replace(night, phases=night.phases[:2]))
        await until(pilot, lambda: "composite_factors is no longer in the plan." in shown(app))
        await press(pilot, "v", "s", "n", "escape")
        assert isinstance(app.screen, Dashboard)


async def test_the_verdict_is_on_the_phase_s_page_and_at_the_dashboard_s_edge() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "4")
        assert "checks fail: missing_dates 40 (<= 0), 12m ago" in shown(app)
        await press(pilot, "enter")
        text = " ".join(shown(app).split())
        assert "usage_rate" in text
        assert example.phases()[3].judgement is not None
        assert Status.FAIL.value in text
