"""The report page: opened by its key, read, made anew, written to a file, copied, left."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backfill_tui.errors import BackfillError, SourceError
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.feed import ReplayFeed
from backfill_tui.tui.screens.dashboard import Dashboard
from backfill_tui.tui.screens.phase import PhasePage
from backfill_tui.tui.screens.report import ReportPage
from tests.tui import example
from tests.tui.reporter import FakeReporter
from tests.tui.screen import SMALL, WIDE, make_app, press, running, shown, until


def app_with(reporter: FakeReporter) -> BackfillApp:
    return make_app(reporter=reporter)


async def test_r_opens_the_report_and_esc_goes_back() -> None:
    app = app_with(FakeReporter())
    async with running(app) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "Status report: nba-night" in shown(app))
        assert isinstance(app.screen, ReportPage)
        assert "nba-night › report   as of 20:14:07 PST" in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, Dashboard)


async def test_r_opens_it_from_the_page_of_a_phase_too() -> None:
    app = app_with(FakeReporter())
    async with running(app) as pilot:
        await press(pilot, "1", "enter", "R")
        await until(pilot, lambda: "Status report" in shown(app))
        await press(pilot, "escape")
        assert isinstance(app.screen, PhasePage)


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_the_end_of_it_is_reached_by_a_key(size: tuple[int, int]) -> None:
    app = app_with(FakeReporter())
    async with running(app, size) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "Summary" in shown(app))
        await press(pilot, "G")
        await until(pilot, lambda: "driven by nobody" in shown(app))
        assert "\\" not in shown(app)


async def test_it_stays_as_it_is_until_it_is_asked_for_anew() -> None:
    reporter, feed = FakeReporter(), ReplayFeed([example.night()])
    app = BackfillApp(feed, reporter=reporter)
    async with running(app) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "as of 20:14:07" in shown(app))
        later = replace(example.night(2), at=example.NOW + timedelta(minutes=3))
        feed.publish(later)
        await until(pilot, lambda: "as of 20:14:07 PST, 3m ago" in shown(app))
        assert len(reporter.reported) == 1
        await press(pilot, "R")
        await until(pilot, lambda: "as of 20:17:07 PST" in shown(app))
        assert reporter.reported[-1] is later


async def test_w_writes_what_is_shown_and_tells_where() -> None:
    reporter = FakeReporter()
    app = app_with(reporter)
    async with running(app) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "Summary" in shown(app))
        await press(pilot, "w")
        await until(pilot, lambda: "The report is in" in shown(app))
        assert [text.splitlines()[0] for text in reporter.saved] == ["# Status report: nba-night"]


async def test_y_hands_the_markdown_to_the_clipboard() -> None:
    app = app_with(FakeReporter())
    async with running(app) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "Summary" in shown(app))
        await press(pilot, "y")
        assert app.clipboard.startswith("# Status report: nba-night\n")


async def test_a_file_that_cannot_be_written_is_a_sentence() -> None:
    reporter = FakeReporter()
    app = app_with(reporter)
    async with running(app) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "Summary" in shown(app))
        reporter.failure = BackfillError("the report can't be written (disk full).", todo="Make room.")
        await press(pilot, "w")
        await until(pilot, lambda: "disk full" in shown(app))


async def test_a_report_that_cannot_be_made_is_a_sentence_and_can_be_asked_for_again() -> None:
    reporter = FakeReporter()
    reporter.failure = BackfillError("mine.j2:3: a Report has no attribute 'phasse'.")
    app = app_with(reporter)
    async with running(app) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "mine.j2:3: a Report has no attribute" in shown(app))
        await press(pilot, "w", "y")
        reporter.failure = None
        await press(pilot, "R")
        await until(pilot, lambda: "Summary" in shown(app))
        assert "mine.j2" not in shown(app)
        assert reporter.saved == []


async def test_why_it_could_not_be_made_stays_whatever_the_night_goes_on_to_say() -> None:
    reporter, feed = FakeReporter(), ReplayFeed([example.night()])
    reporter.failure = BackfillError("mine.j2:3: a Report has no attribute 'phasse'.")
    app = BackfillApp(feed, reporter=reporter)
    async with running(app) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "mine.j2:3" in shown(app))
        assert "report   could not be made" in shown(app)
        feed.publish(example.night(2))
        await until(pilot, lambda: app.snapshot is not None and app.snapshot.sequence == 2)
        await pilot.pause()
        assert "mine.j2:3" in shown(app)
        feed.fail(SourceError("The plan file is gone."))
        await until(pilot, lambda: "The plan file is gone." in shown(app) and "mine.j2:3" in shown(app))
        assert "Summary" not in shown(app)
        feed.publish(example.night(3))
        await until(pilot, lambda: "The plan file is gone." not in shown(app))
        assert "mine.j2:3" in shown(app)
        assert "being made" not in shown(app)


async def test_a_report_that_was_made_stays_when_the_next_one_cannot_be() -> None:
    reporter, feed = FakeReporter(), ReplayFeed([example.night()])
    app = BackfillApp(feed, reporter=reporter)
    async with running(app) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "Summary" in shown(app))
        reporter.failure = BackfillError("mine.j2:3: a Report has no attribute 'phasse'.")
        await press(pilot, "R")
        await until(pilot, lambda: "mine.j2:3" in shown(app))
        assert "as of 20:14:07 PST" in shown(app)
        assert "Summary" in shown(app)


async def test_without_a_plan_there_is_none_and_the_screen_says_so() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "R")
        await until(pilot, lambda: "There is no report here" in shown(app))
        assert isinstance(app.screen, Dashboard)
