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
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.demo import cast
from backfill_tui.demo.night import prepare, scenario_named, start
from backfill_tui.engine.feed import EngineFeed
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.plan.load import load_plan
from backfill_tui.tui.app import BackfillApp

HERE = Path(__file__).parent
SPEED = 2.0
SEED = 1

Moment = Callable[[Snapshot], bool]


def midway(snapshot: Snapshot) -> bool:
    """Every job is at work, and the resumed one has left its holes behind."""
    players = snapshot.phase("player_game_summary").account
    fix = snapshot.phase("team_offense_fix").account.counts.fraction or 0
    return bool(players.counts.missing) and fix > 0.6


async def pictures(plan: Path, folder: Path) -> list[Path]:
    """Wait for the moment, then the dashboard wide and narrow, and the pages of two phases."""
    made = []
    for name, size, keys in (
        ("dashboard_132x36", (132, 36), ()),
        ("dashboard_80x24", (80, 24), ()),
        ("phase_132x36", (132, 36), ("3", "enter", "x")),
        ("help_132x36", (132, 36), ("?",)),
    ):
        # no picture names the place of this machine's Python
        opened = OpenedPlan(load_plan(plan, now=datetime.now(UTC), environ=os.environ, python="python3"))
        app = BackfillApp(EngineFeed(lambda opened=opened: PlanWatch(opened)))  # type: ignore[misc]
        async with app.run_test(size=size) as pilot:
            deadline = time.monotonic() + 240
            while app.snapshot is None or not midway(app.snapshot):
                if time.monotonic() > deadline:
                    raise SystemExit("The night did not come to the moment that is to be shown.")
                await pilot.pause(0.2)
            await pilot.press(*keys)
            await pilot.pause(1.0)
            target = folder / f"{name}.svg"
            target.write_text(_without_web_fonts(app.export_screenshot(title="backfill-tui")), encoding="utf-8")
            made.append(target)
            await pilot.press("escape", "q")
    return made


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
    """Make all pictures; 0, or 1 without Chromium."""
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
