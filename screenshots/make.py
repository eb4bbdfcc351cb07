"""Plays a night, opens the real screen on it at a few moments, and saves what it shows as PNG.

Textual draws an SVG; Chromium (Debian package `chromium`) turns it into a PNG. Without Chromium the SVGs are kept
in a temporary folder and their place is said.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from backfill_tui.checks.model import Check
from backfill_tui.demo import cast
from backfill_tui.demo.night import prepare, scenario_named, start
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.session import Session
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.plan.load import load_plan
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.screens.checks import ChecksPage
from backfill_tui.tui.widgets.checks_table import ChecksTable
from backfill_tui.views.checks import Key, find

HERE = Path(__file__).parent
SPEED = 1.0
SEED = 7
PATIENCE_S = 480.0
LOOK_AGAIN_S = 4.0  # between two validations that a person asks for

Moment = Callable[[Snapshot], bool]


def midway(snapshot: Snapshot) -> bool:
    """Every job is at work, and the resumed one has left its holes behind."""
    players = snapshot.phase("player_game_summary").account
    fix = snapshot.phase("team_offense_fix").account.counts.fraction or 0
    return bool(players.counts.missing) and fix > 0.6


def usage_rate(snapshot: Snapshot, phase: str, *, is_input: bool) -> Check | None:
    """What was last found of the usage rate, in what a phase wrote or in what it reads; None before that."""
    found = find(snapshot.phase(phase), Key("player_game_summary", is_input, "usage_rate"))
    return found[1] if found else None


def repaired_in_part(snapshot: Snapshot) -> bool:
    """The inputs of the composite factors have been climbing for a while, and are not good enough yet."""
    check = usage_rate(snapshot, "composite_factors", is_input=True)
    return check is not None and isinstance(check.value, float) and 75 < check.value < 95


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a page: its size in cells, what is pressed before it, when it is taken."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    moment: Moment = midway
    validate: bool = False  # its keys have led to checks: they are run until the moment has come


PICTURES = (
    Picture("dashboard_132x36", (132, 36)),
    Picture("dashboard_80x24", (80, 24)),
    Picture("phase_132x36", (132, 36), ("3", "enter", "x")),
    Picture("forecast_132x36", (132, 36), ("1", "F")),
    Picture("launch_132x36", (132, 36), ("4", "L")),
    Picture("report_132x36", (132, 36), ("R",)),
    Picture("help_132x36", (132, 36), ("?",)),
    Picture(
        "checks_132x36",
        (132, 36),
        ("3", "c"),
        lambda snapshot: usage_rate(snapshot, "player_game_summary", is_input=False) is not None,
        validate=True,
    ),
    Picture(
        "checks_80x24",
        (80, 24),
        ("3", "c"),
        lambda snapshot: usage_rate(snapshot, "player_game_summary", is_input=False) is not None,
    ),
    Picture("checks_inputs_132x36", (132, 36), ("5", "c"), repaired_in_part, validate=True),
)


async def pictures(plan: Path, folder: Path) -> list[Path]:
    """Wait for the moment of each, and take it."""
    made = []
    for picture in PICTURES:
        async with _screen(plan, picture.size) as (app, pilot):
            if picture.validate:
                await _until(app, pilot, lambda _: True)
                await pilot.press(*picture.keys)
                await _validated(app, pilot, picture.moment)
            else:
                await _until(app, pilot, picture.moment)
                await pilot.press(*picture.keys)
            if isinstance(app.screen, ChecksPage):
                await _select_usage_rate(app.screen, pilot)
            await pilot.pause(1.0)
            target = folder / f"{picture.name}.svg"
            target.write_text(_without_web_fonts(app.export_screenshot(title="backfill-tui")), encoding="utf-8")
            made.append(target)
    return made


@asynccontextmanager
async def _screen(plan: Path, size: tuple[int, int]) -> AsyncIterator[tuple[BackfillApp, Pilot[int]]]:
    """The screen as a user would open it; no picture names the place of this machine's Python."""
    opened = OpenedPlan(load_plan(plan, now=datetime.now(UTC), environ=os.environ, python="python3"))
    session = Session(opened, read_only=False)
    try:
        app = BackfillApp(session.feed, judge=session.judge, operator=session.operator, reporter=session.reporter)
        async with app.run_test(size=size) as pilot:
            yield app, pilot
            await pilot.press("escape", "escape", "q")
    finally:
        session.close()


async def _until(app: BackfillApp, pilot: Pilot[int], moment: Moment) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while app.snapshot is None or not moment(app.snapshot):
        if time.monotonic() > deadline:
            raise SystemExit("The night did not come to the moment that is to be shown.")
        await pilot.pause(0.2)


async def _validated(app: BackfillApp, pilot: Pilot[int], moment: Moment) -> None:
    """Run the checks of the page, as a person would who waits for a repair, until the moment has come."""
    deadline = time.monotonic() + PATIENCE_S
    page = app.screen
    while isinstance(page, ChecksPage):
        await pilot.press("v")
        await pilot.pause(0.5)
        await _until(app, pilot, lambda _: not page.asking)
        if app.snapshot is not None and moment(app.snapshot):
            return
        if time.monotonic() > deadline:
            break
        await pilot.pause(LOOK_AGAIN_S)
    raise SystemExit("The checks did not come to the moment that is to be shown.")


async def _select_usage_rate(page: ChecksPage, pilot: Pilot[int]) -> None:
    """Go from one check that is no pass to the next, as far as the usage rate."""
    table = page.query_one(ChecksTable)
    for _ in range(20):
        if table.selected is not None and table.selected.check == "usage_rate":
            return
        await pilot.press("x")
        await pilot.pause(0.2)


def _without_web_fonts(svg: str) -> str:
    """The picture is drawn with this machine's monospace font; nothing is fetched."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "DejaVu Sans Mono")


def to_png(svg: Path, target: Path) -> None:
    """Let Chromium draw an SVG."""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text(encoding="utf-8"))
    if box is None:
        raise SystemExit(f"{svg} has no size.")
    width, height = (round(float(side)) for side in box.groups())
    subprocess.run(  # noqa: S603 - our own arguments
        [
            shutil.which("chromium") or "chromium",
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
            *("--no-first-run", "--hide-scrollbars", f"--window-size={width},{height}"),
            *(f"--user-data-dir={svg.parent / 'chromium'}", f"--screenshot={target}", svg.as_uri()),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )


def main() -> int:
    """Make all pictures, which takes as long as the night; 0, or 1 without Chromium."""
    os.environ["PATH"] = os.defpath  # so that no picture names a program of this machine alone
    folder = Path(tempfile.mkdtemp(prefix="backfill-tui-pictures-"))
    night = folder / "night"
    plan = prepare(night, scenario_named("nba-night"), SEED, SPEED)
    start(night)
    try:
        made = asyncio.run(pictures(plan, folder))
    finally:
        cast.stop(night)
    if shutil.which("chromium") is None:
        print(f"Chromium (Debian package chromium) is not here; the SVGs are in {folder}.", file=sys.stderr)
        return 1
    for svg in made:
        to_png(svg, HERE / f"{svg.stem}.png")
        print(HERE / f"{svg.stem}.png")
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
