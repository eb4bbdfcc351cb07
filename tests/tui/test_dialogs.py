"""The dialogs: what is asked of the operator, what it takes to have something done, and how one gets out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from backfill_tui.control.attempt import StopAsked
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Condition
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Phase
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.display import Display
from backfill_tui.tui.screens import dialog as dialogs
from backfill_tui.tui.screens.dashboard import Dashboard
from backfill_tui.tui.screens.dialog import Dialog, Step
from backfill_tui.tui.screens.phase import PhasePage
from backfill_tui.tui.widgets.choice import Choice
from backfill_tui.tui.widgets.panels import Details
from tests.tui import example
from tests.tui.operator import FakeOperator
from tests.tui.screen import SMALL, make_app, press, running, shown, until

PHASE = "player_game_summary"
OPENERS = {"L": "Launch ", "r": "Retry ", "S": "Stop ", "A": "Accept "}


async def _open(pilot: Pilot[int], *keys: str) -> Dialog:
    """Press keys that open a dialog, and wait until it has its question."""
    await press(pilot, *keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, Dialog) and pilot.app.screen.step is not Step.LOOKING)
    await pilot.pause()
    assert isinstance(pilot.app.screen, Dialog)
    return pilot.app.screen


async def _closed(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: not isinstance(pilot.app.screen, Dialog))


def _yes(dialog: Dialog) -> Choice:
    return dialog.query_one("#yes", Choice)


# Getting there


@pytest.mark.parametrize("key", OPENERS)
async def test_a_key_opens_its_dialog_and_does_nothing_and_esc_leaves(key: str) -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await _open(pilot, "2", key)
        assert f"{OPENERS[key]}team_offense" in shown(app)
        await press(pilot, "escape")
        await _closed(pilot)
        assert isinstance(app.screen, Dashboard)
    assert operator.done == []


@pytest.mark.parametrize("key", OPENERS)
async def test_the_keys_work_on_the_page_of_a_phase_too(key: str) -> None:
    app = make_app(operator=FakeOperator())
    async with running(app) as pilot:
        await _open(pilot, "2", "enter", key)
        assert f"{OPENERS[key]}team_offense" in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, PhasePage)


@pytest.mark.parametrize("key", OPENERS)
async def test_no_one_key_does_anything_however_often_it_is_pressed(key: str) -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "3", key)
        assert app.focused is not _yes(dialog)
        await press(pilot, *["enter"] * 3, *["space"] * 3, "enter", *[key] * 3)
    assert operator.done == []


@pytest.mark.parametrize("key", [*OPENERS, "H"])
async def test_read_only_disables_all_of_it_and_says_so(key: str) -> None:
    operator = FakeOperator()
    app = make_app(operator=operator, read_only=True)
    async with running(app) as pilot:
        assert "L launch" not in shown(app).splitlines()[-1]
        await press(pilot, "3", key)
        if key == "H":  # looking changes nothing
            await until(pilot, lambda: "› history" in shown(app))
        else:
            await until(pilot, lambda: "This screen is read-only" in shown(app))
            assert isinstance(app.screen, Dashboard)
    assert operator.asked == []


@pytest.mark.parametrize("key", [*OPENERS, "H"])
async def test_without_an_operator_the_keys_say_what_it_takes(key: str) -> None:
    app = make_app()
    async with running(app) as pilot:
        assert "L launch" not in shown(app).splitlines()[-1]
        await press(pilot, "3", key)
        await until(pilot, lambda: "a plan" in shown(app) and "ledger" in shown(app))
        assert isinstance(app.screen, Dashboard)


async def test_the_footer_and_the_palette_offer_what_can_be_done() -> None:
    app = make_app(operator=FakeOperator())
    async with running(app) as pilot:
        assert "L launch   r retry   S stop" in shown(app).splitlines()[-1]
        await press(pilot, "3", "colon", *"launch the phase")
        await until(pilot, lambda: "Launch the phase: shows" in shown(app))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, Dialog))


async def test_nothing_to_watch_has_nothing_to_launch() -> None:
    app = make_app(example.nothing(), operator=FakeOperator())
    async with running(app) as pilot:
        await press(pilot, *OPENERS)
        assert isinstance(app.screen, Dashboard)


# Launch


async def test_an_open_gate_is_launched_by_y_and_the_dialog_closes_with_a_notice() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await _open(pilot, "3", "L")
        assert isinstance(app.focused, Details)
        await press(pilot, "y")
        await _closed(pilot)
        await until(pilot, lambda: "Attempt 2 of player_game_summary runs, pid 4711." in shown(app))
    assert operator.done == [("run", PHASE, None)]


async def test_the_button_has_to_be_moved_to_and_then_does_the_same() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "3", "L")
        await press(pilot, "tab")
        assert app.focused is _yes(dialog)
        await press(pilot, "enter")
        await _closed(pilot)
    assert operator.done == [("run", PHASE, None)]


async def test_leave_is_a_button_too_and_does_nothing() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await _open(pilot, "3", "L")
        await press(pilot, "shift+tab", "enter")
        await _closed(pilot)
    assert operator.done == []


async def test_a_closed_gate_takes_a_reason_and_the_name_and_y_does_not_do() -> None:
    operator = FakeOperator(closed=True)
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "3", "L")
        assert "The gate is closed: 2 of 6 conditions are not met." in shown(app)
        assert "a reason and the phase's name, player_game_summary" in shown(app)
        assert _yes(dialog).disabled
        await press(pilot, "shift+tab", "y", "tab", *"why not", "enter", *PHASE[:-1])
        assert _yes(dialog).disabled
        await press(pilot, "enter", "enter", "enter")
        assert operator.done == []
        assert isinstance(app.screen, Dialog)


async def test_with_both_typed_the_gate_is_overridden_with_that_reason() -> None:
    operator = FakeOperator(closed=True)
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "3", "L")
        await press(pilot, *"why not", "enter", *PHASE)
        await until(pilot, lambda: not _yes(dialog).disabled)
        await press(pilot, "enter")
        assert app.focused is _yes(dialog)
        await press(pilot, "enter")
        await _closed(pilot)
    assert operator.done == [("run", PHASE, "why not")]


async def test_what_is_pasted_is_one_line_of_plain_text() -> None:
    operator = FakeOperator(closed=True)
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "3", "L")
        for text in ("two\nlines \x1b[31mred\u202e", f"\n{PHASE}\n"):
            assert app.focused is not None
            app.focused.post_message(Paste(text))
            await press(pilot, "enter")
        await until(pilot, lambda: app.focused is _yes(dialog))
        await press(pilot, "enter")
        await _closed(pilot)
    assert operator.done == [("run", PHASE, "two lines [31mred")]


async def test_a_retry_shows_its_dates_and_runs_them() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await _open(pilot, "2", "r")
        assert "11 dates: 2022-11-08" in shown(app)
        await press(pilot, "y")
        await _closed(pilot)
    assert operator.done == [("retry", "team_offense", None)]


# Refusals and failures


async def test_a_refused_offer_is_a_sentence_and_nothing_can_be_confirmed() -> None:
    operator = FakeOperator()
    operator.refusal = BackfillError("team_offense_fix runs.", todo="Wait for its end, or stop it.")
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "1", "r")
        assert "Retry team_offense_fix" in shown(app)
        assert "team_offense_fix runs. Wait for its end, or stop it." in shown(app)
        assert _yes(dialog).disabled
        await press(pilot, "y", "tab", "tab", "enter")
    assert operator.done == []


async def test_a_failed_launch_says_why_in_the_dialog_and_shows_the_gate_as_it_is_now() -> None:
    operator = FakeOperator()
    operator.failure = BackfillError("Somebody was first.")
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "3", "L")
        operator.closed = True
        await press(pilot, "y")
        await until(pilot, lambda: "Somebody was first." in shown(app) and dialog.step is Step.ASKING)
        assert "The gate is closed" in shown(app)
        await press(pilot, "shift+tab", "y")
    assert len(operator.done) == 1


async def test_what_nobody_foresaw_is_told_in_the_dialog_too() -> None:
    operator = FakeOperator()
    operator.failure = RuntimeError("[bold]boom")
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await _open(pilot, "3", "L")
        await press(pilot, "y")
        await until(pilot, lambda: "RuntimeError: [bold]boom" in shown(app))


async def test_while_it_is_done_the_dialog_says_so_and_a_second_y_does_nothing() -> None:
    operator = FakeOperator(hold=True)
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "3", "L")
        await press(pilot, "y", "y", "y")
        assert "Looking at the gate again, then starting it" in shown(app)
        assert _yes(dialog).disabled
        operator.release()
        await _closed(pilot)
    assert len(operator.done) == 1


@pytest.mark.parametrize(
    ("failure", "told"), [(None, "player_game_summary runs, pid 4711"), (BackfillError("No disk."), "No disk.")]
)
async def test_esc_leaves_what_is_being_done_to_itself_and_its_end_is_told_of(
    failure: Exception | None, told: str
) -> None:
    operator = FakeOperator(hold=True)
    operator.failure = failure
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await _open(pilot, "3", "L")
        await press(pilot, "y", "escape")
        await _closed(pilot)
        operator.release()
        await until(pilot, lambda: told in shown(app))


# Stop


async def test_a_stop_takes_a_typed_reason() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "1", "S")
        assert "pid 3142840" in shown(app)
        assert _yes(dialog).disabled
        await press(pilot, *"two writers", "enter", "enter")
        await until(pilot, lambda: "team_offense_fix has ended after SIGTERM." in shown(app))
    assert operator.done == [("stop", "team_offense_fix", "two writers")]


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


async def test_the_seconds_of_grace_are_counted_down(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(dialogs, "time", clock)
    operator = FakeOperator(hold=True)
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await _open(pilot, "1", "S")
        await press(pilot, *"why", "enter", "enter")
        await until(pilot, lambda: "SIGTERM was sent. 30 s of its grace are left." in shown(app))
        clock.now = 113.0
        await until(pilot, lambda: "17 s of its grace are left." in shown(app))
        assert "[ SIGKILL in 17 s ]" in shown(app)
        operator.release()
        await _closed(pilot)


async def test_a_stop_that_was_asked_for_before_is_waited_for_and_then_sigkill_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(dialogs, "time", clock)
    operator = FakeOperator()
    app = make_app(_asked_to_end(timedelta(seconds=12)), operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "1", "S")
        assert dialog.step is Step.WAITING
        assert "[ SIGKILL in 18 s ]" in shown(app)
        assert "Send SIGTERM" not in shown(app)
        await press(pilot, "y", "enter", "space")
        clock.now += 17
        await until(pilot, lambda: "[ SIGKILL in 1 s ]" in shown(app))
        assert operator.done == []
        operator.stop_offer = replace(operator.stop_offer, kill=True)
        clock.now += 1
        await until(pilot, lambda: "[ Send SIGKILL ]" in shown(app) and dialog.step is Step.ASKING)
    assert operator.done == []


def _asked_to_end(ago: timedelta) -> Snapshot:
    """The night, whose first phase was sent SIGTERM so long ago."""
    night = example.night()
    view = night.phases[0]
    assert view.process.identity is not None
    stop = StopAsked(view.name, view.process.identity, "two writers", "screen", "ana", night.at - ago)
    facts = PhaseFacts(Phase(view.name, view.name, grace_s=30.0), view.account, view.process, 1.0, stop=stop)
    return replace(night, facts={view.name: facts})


async def test_sigkill_is_offered_once_sigterm_was_not_heeded_and_takes_a_confirmation_of_its_own() -> None:
    operator = FakeOperator()
    operator.ends = "still_there"
    app = make_app(operator=operator)
    async with running(app) as pilot:
        dialog = await _open(pilot, "1", "S")
        await press(pilot, *"why", "enter", "enter")
        await until(pilot, lambda: "Kill team_offense_fix" in shown(app) and dialog.step is Step.ASKING)
        await press(pilot, "enter", "enter", "shift+tab", "y", "space")
        assert operator.done == [("stop", "team_offense_fix", "why")]
        operator.ends = "ended"
        await press(pilot, "tab", *"team_offense_fix", "enter", "enter")
        await until(pilot, lambda: "team_offense_fix has ended after SIGKILL." in shown(app))
    assert operator.done[1:] == [("kill", "team_offense_fix", "why")]


async def test_what_survives_even_sigkill_is_said() -> None:
    operator = FakeOperator()
    operator.ends = "still_there"
    operator.stop_offer = replace(operator.stop_offer, kill=True)
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await _open(pilot, "1", "S")
        await press(pilot, *"team_offense_fix", "enter", "enter")
        await until(pilot, lambda: "the kernel itself holds it" in shown(app))


# Accept


async def test_an_acceptance_takes_a_reason_and_the_name() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await _open(pilot, "2", "A")
        await press(pilot, *"known holes", "enter", *"team_offense", "enter", "enter")
        await until(pilot, lambda: "team_offense counts as passed from now on: known holes" in shown(app))
    assert operator.done == [("accept", "team_offense", "known holes")]


# Odd terminals


@pytest.mark.parametrize("size", [(132, 36), SMALL, (60, 16), (40, 10), (20, 5)], ids=str)
@pytest.mark.parametrize("key", ["L", "S"])
async def test_dialogs_are_lived_with_in_every_size_of_terminal(key: str, size: tuple[int, int]) -> None:
    app = make_app(operator=FakeOperator(closed=True))
    async with running(app, size) as pilot:
        await _open(pilot, "2", key)
        await press(pilot, "down", "pagedown", "tab", "tab", "tab", "pageup", "up")
        assert all(len(line) <= size[0] for line in shown(app).splitlines())
        await pilot.resize_terminal(50, 14)
        await pilot.pause()
        await press(pilot, "escape")
        await _closed(pilot)


async def test_in_a_small_terminal_everything_is_reached_by_scrolling_from_the_field() -> None:
    app = make_app(operator=FakeOperator(closed=True))
    async with running(app, SMALL) as pilot:
        await _open(pilot, "3", "L")
        assert "PgDn: more" in shown(app)
        assert "Launch against the gate" in shown(app)
        assert "run folder" not in shown(app)
        await press(pilot, "pagedown", "pagedown")
        await until(pilot, lambda: "run folder" in shown(app))
        await press(pilot, *"why")
        assert "why" in shown(app)


@pytest.mark.parametrize("key", OPENERS)
async def test_an_ascii_terminal_gets_ascii_only(key: str) -> None:
    app = make_app(operator=FakeOperator(), shown_as=Display(ascii=True))
    async with running(app) as pilot:
        await _open(pilot, "2", key)
        assert shown(app).isascii()
        await press(pilot, "y")
        await pilot.pause()
        assert shown(app).isascii()


async def test_a_notice_is_ascii_in_an_ascii_terminal() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator, shown_as=Display(ascii=True))
    async with running(app) as pilot:
        await _open(pilot, "2", "A")
        await press(pilot, *"see", "space", "…", "enter", *"team_offense", "enter", "enter")
        await until(pilot, lambda: "counts as passed" in shown(app))
        assert shown(app).isascii()


# Why a phase has not started


async def test_the_panel_tells_of_the_next_phase_that_waits_and_follows_the_selection() -> None:
    app = make_app(operator=FakeOperator())
    async with running(app, (240, 40)) as pilot:
        assert "player_game_summary is waiting" in shown(app)
        assert "3 v validate now  3 L launch anyway" in shown(app)
        await press(pilot, "3")
        await until(pilot, lambda: " v validate now  L launch anyway" in shown(app))
        await press(pilot, "5")
        await until(pilot, lambda: "ml_training is waiting" in shown(app))
        assert "✗ composite_factors: failed: gone without a summary at 14 %" in shown(app)


async def test_the_panel_goes_once_nothing_waits_and_names_no_keys_that_do_nothing() -> None:
    night = example.night()
    quiet = replace(night, sequence=2, phases=tuple(replace(view, gate=()) for view in night.phases))
    app = make_app(read_only=True)
    async with running(app) as pilot:
        assert "player_game_summary is waiting" in shown(app)
        assert "launch anyway" not in shown(app)
        _publish(app, quiet)
        await until(pilot, lambda: "is waiting" not in shown(app))
        assert "Alerts" in shown(app)


async def test_a_condition_that_changes_is_seen_to_change() -> None:
    night = example.night()
    view = replace(night.phases[2], gate=(Condition("no live run", True, "nobody is at it"),))
    app = make_app(operator=FakeOperator())
    async with running(app) as pilot:
        _publish(app, replace(night, sequence=2, phases=(*night.phases[:2], view, *night.phases[3:])))
        await until(pilot, lambda: "✓ no live run" in shown(app) and "3 L launch" in shown(app))
        assert "input team_offense" not in shown(app)


@pytest.mark.parametrize("size", [(60, 24), (80, 18)], ids=str)
async def test_where_there_is_room_for_one_panel_alerts_come_first(size: tuple[int, int]) -> None:
    app = make_app()
    async with running(app, size) as pilot:
        assert "Alerts" in shown(app)
        assert "is waiting ─" not in shown(app)
        _publish(app, replace(example.night(), sequence=2, alerts=()))
        await until(pilot, lambda: "player_game_summary is waiting" in shown(app))


def _publish(app: BackfillApp, night: Snapshot) -> None:
    app.show(night)
