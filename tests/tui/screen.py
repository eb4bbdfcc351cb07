"""What tests of the screen need: an app on a replayed night, and what it shows as text."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from rich.style import Style
from textual.pilot import Pilot

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.sources.pager import LogPager
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.display import Display
from backfill_tui.tui.feed import ReplayFeed
from backfill_tui.tui.judge import Judge
from backfill_tui.tui.log_reader import Opener
from backfill_tui.tui.operator import Operator
from backfill_tui.tui.reporter import Reporter
from tests.tui import example

WIDE = (132, 36)
SMALL = (80, 24)
PATIENCE = 400  # turns of the event loop before a test gives up waiting


def make_app(
    *snapshots: Snapshot,
    log: Path | None = None,
    opener: Opener | None = None,
    shown_as: Display | None = None,
    judge: Judge | None = None,
    operator: Operator | None = None,
    reporter: Reporter | None = None,
    read_only: bool = False,
) -> BackfillApp:
    """An app that replays snapshots, by default the night. Whatever log they name, `log` is shown."""
    feed = ReplayFeed(snapshots or (example.night(),))
    return BackfillApp(
        feed,
        judge=judge,
        operator=operator,
        reporter=reporter,
        read_only=read_only,
        opener=opener or (lambda path: LogPager(log or path)),
        shown_as=shown_as or Display(),
    )


@asynccontextmanager
async def running(app: BackfillApp, size: tuple[int, int] = WIDE) -> AsyncIterator[Pilot[int]]:
    """The app, running without a terminal, with its first snapshot shown."""
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.page.snapshot is not None and bool(shown(app).strip()))
        await pilot.pause()
        yield pilot


async def until(pilot: Pilot[int], true: Callable[[], bool]) -> None:
    """Let the app go on until something is so."""
    for _ in range(PATIENCE):
        if true():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"it never came to be; the screen shows:\n{shown(pilot.app)}")


async def at_rest(pilot: Pilot[int]) -> None:
    """Let the app go on until three looks in a row find the same on the screen."""
    looks: list[tuple[str, list[Style]]] = []
    for _ in range(PATIENCE):
        assert isinstance(pilot.app, BackfillApp)
        looks = [*looks[-2:], (shown(pilot.app), styles(pilot.app))]
        if looks.count(looks[-1]) == 3:
            return
        await pilot.pause(0.03)
    raise AssertionError(f"it never came to rest; the screen shows:\n{shown(pilot.app)}")


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys one by one."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def shown(app: object) -> str:
    """The screen as text, line by line."""
    assert isinstance(app, BackfillApp)
    strips = app.screen._compositor.render_strips()  # noqa: SLF001 - Textual has no public way to read the screen
    return "\n".join(strip.text for strip in strips)


def styles(app: BackfillApp) -> list[Style]:
    """The style of every piece of text on the screen, as it is sent to the terminal."""
    strips = app.screen._compositor.render_strips()  # noqa: SLF001 - Textual has no public way to read the screen
    for line_filter in app._filters:  # noqa: SLF001 - nor to see what it makes of colours
        if line_filter.enabled:
            strips = [strip.apply_filter(line_filter, app.screen.background_colors[1]) for strip in strips]
    return [segment.style for strip in strips for segment in strip if segment.style is not None]
