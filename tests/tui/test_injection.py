"""Nothing that a job prints, a plan names or an alert says can style or steer the terminal."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from backfill_tui.checks.model import Check, Part, Sample, Status
from backfill_tui.control.model import Alert, Condition, Severity
from backfill_tui.control.offer import Entry, StopOffer, Target
from backfill_tui.engine.snapshot import LogSeen, Snapshot, SuiteView
from backfill_tui.errors import SourceError
from backfill_tui.progress.prospect import DeadlineProspect
from backfill_tui.sources.presence import Identity
from backfill_tui.tui.app import BackfillApp
from tests.tui import example, suites
from tests.tui.judge import FakeJudge
from tests.tui.operator import FakeOperator, launch_offer
from tests.tui.screen import make_app, press, running, shown, until

NASTY = "[bold red]x[/] [/nope] \x1b[31mred \x1b]0;pwn\x07 \x9b2J \x00 [@click=app.quit]y[/]"
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def _nasty_night() -> Snapshot:
    night = example.night()
    first = night.phases[0]
    view = replace(
        first,
        name=NASTY,
        why=NASTY,
        logs=(LogSeen(f"/logs/{NASTY}.log", note=NASTY), LogSeen("b.log")),
        process=replace(first.process, command=(NASTY,), note=NASTY),
        dialect_reason=NASTY,
    )
    alert = Alert("n", Severity.CRITICAL, NASTY, night.at, NASTY, NASTY, NASTY)
    due = DeadlineProspect(NASTY, night.at)
    return replace(
        night, plan=NASTY, phases=(view, *night.phases[1:]), alerts=(alert,), notes=(NASTY,), deadline=due
    )


def _sent(app: BackfillApp) -> str:
    """Every text that would go to the terminal, before Textual adds its own sequences."""
    strips = app.screen._compositor.render_strips()  # noqa: SLF001 - Textual has no public way to read the screen
    return "\n".join(segment.text for strip in strips for segment in strip)


async def test_markup_stays_text_and_no_control_character_is_sent(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text(f"2026-01-03 20:00:00,000 - INFO - {NASTY}\n{NASTY}\n")
    app = make_app(_nasty_night(), log=log)
    async with running(app) as pilot:
        await until(pilot, lambda: shown(app).count("[bold red]x[/]") >= 4)
        assert not CONTROLS.search(_sent(app))
        await press(pilot, "enter")
        await until(pilot, lambda: "› [bold red]x[/]" in shown(app))
        assert not CONTROLS.search(_sent(app))
        await press(pilot, "slash", *"[bold", "enter")
        await until(pilot, lambda: "“[bold”" in shown(app))
        assert not CONTROLS.search(_sent(app))
        assert not CONTROLS.search(app.title)


async def test_an_escape_in_a_log_is_not_among_the_bytes_that_are_written(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("\x1b]0;pwn\x07 here \x1b[2J\n")
    app = make_app(log=log)
    async with running(app) as pilot:
        await until(pilot, lambda: " here" in shown(app))
        console = Console(force_terminal=True, color_system="truecolor", width=132)
        strips = app.screen._compositor.render_strips()  # noqa: SLF001 - Textual has no public way to read the screen
        written = "".join(strip.render(console) for strip in strips)
        assert "\x1b]0;" not in written
        assert "\x1b[2J" not in written
        assert "\x07" not in written


@pytest.mark.parametrize("key", ["L", "S", "A", "H"])
async def test_what_a_plan_and_a_ledger_say_stays_text_in_dialogs_and_in_the_history(key: str) -> None:
    operator = FakeOperator()
    made = launch_offer(NASTY)
    made = replace(
        made,
        order=replace(made.order, commands=((NASTY,),), writes=NASTY, env={NASTY: NASTY}, cwd=Path(NASTY)),
        conditions=(Condition(NASTY, False, NASTY),),
        run_folder=Path(NASTY),
    )
    operator.launch_offer = made
    operator.stop_offer = StopOffer(NASTY, Identity("boot", 1, 1.0), (Target(1, NASTY),), 30.0, restarters=(NASTY,))
    operator.entries = (Entry(made.at, "stop", NASTY, NASTY, NASTY, NASTY, NASTY),)
    app = make_app(_nasty_night(), operator=operator)
    async with running(app) as pilot:
        await press(pilot, key)
        await until(pilot, lambda: shown(app).count("[bold red]x[/]") >= 4 - (key == "A"))
        assert not CONTROLS.search(_sent(app))
        operator.refusal = operator.failure = SourceError(NASTY)
        await press(pilot, "escape", "L")
        await until(pilot, lambda: "[bold red]x[/]" in shown(app))
        assert not CONTROLS.search(_sent(app))


async def test_what_a_warehouse_answers_stays_text_on_the_page_of_checks() -> None:
    found = Check(
        NASTY,
        "metric",
        "error",
        Status.FAIL,
        NASTY,
        NASTY,
        NASTY,
        NASTY,
        todo=NASTY,
        columns=(NASTY,),
        rows=((NASTY,),),
        parts=(Part(NASTY, 1, NASTY, Status.FAIL),),
        command=(NASTY,),
    )
    result = suites.result(NASTY, NASTY, (found,), table=NASTY, query=NASTY)
    suite = SuiteView(NASTY, NASTY, result=result, stale=NASTY)
    night = example.night()
    view = replace(night.phases[0], suites=(suite,), judgement=suites.FAILED)
    judge = FakeJudge()
    judge.rows = Sample(NASTY, NASTY, (NASTY,), ((NASTY,),))
    app = make_app(replace(night, phases=(view, *night.phases[1:])), judge=judge)
    async with running(app) as pilot:
        await press(pilot, "c", "s")
        await until(pilot, lambda: "Rows that fail" in shown(app))
        assert shown(app).count("[bold red]x[/]") >= 3
        assert not CONTROLS.search(_sent(app))
        judge.failure = SourceError(NASTY)
        await press(pilot, "v")
        await until(pilot, lambda: "[bold red]x[/]" in shown(app).splitlines()[1])
        assert not CONTROLS.search(_sent(app))
