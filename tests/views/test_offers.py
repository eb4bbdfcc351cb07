"""What dialogs ask: everything that would be done, exactly, and what must be typed for it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from backfill_tui.control.attempt import Stage
from backfill_tui.sources.presence import Identity
from backfill_tui.views import offers
from backfill_tui.views.offers import Question
from backfill_tui.views.spans import line_text, line_width
from tests.control.phases import ALIVE, GONE, NOW, US, seen, stop
from tests.tui import example
from tests.tui import operator as fake


def _text(question: Question, room: int = 72) -> str:
    lines = question.write(room)
    assert all(line_width(line) <= room for line in lines)
    return "\n".join(line_text(line) for line in lines)


# Launch and retry


def test_a_launch_shows_gate_command_folder_range_and_what_is_written() -> None:
    text = _text(offers.launch(fake.launch_offer()))
    for told in (
        "The gate is open",
        "--note\n           'after  the fix [bold]'",
        "2021-10-01 … 2024-05-01, 944 days",
        "writes     nba_analytics.player_game_summary",
        "folder     /srv/nba",
        "log        /srv/nba/logs/player_game_summary.log, appended to",
        "run folder /srv/nba/.backfill-tui/runs/player_game_summary.2",
        "attempt 1 has ended; this starts another one",
    ):
        assert told in text


def test_names_of_the_environment_are_shown_and_never_their_values() -> None:
    text = _text(offers.launch(fake.launch_offer()))
    assert "PYTHONPATH, API_TOKEN" in text
    assert "s3cret" not in text


def test_an_open_gate_takes_one_confirmed_key_and_a_closed_one_a_reason_and_the_name() -> None:
    opened, closed = offers.launch(fake.launch_offer()), offers.launch(fake.launch_offer(closed=True))
    assert (opened.one_key, opened.reason, opened.name) == (True, False, False)
    assert (closed.one_key, closed.reason, closed.name) == (False, True, True)


@pytest.mark.parametrize(
    ("reason", "name", "lacking"),
    [
        ("", "", "Still to be typed: a reason and the phase's name, player_game_summary."),
        ("  ", "player_game_summary", "Still to be typed: a reason."),
        ("because", "player_game", "Still to be typed: the phase's name, player_game_summary."),
        ("because", "Player_Game_Summary", "Still to be typed: the phase's name, player_game_summary."),
        ("because", " player_game_summary ", ""),
    ],
)
def test_what_is_lacking_is_said(reason: str, name: str, lacking: str) -> None:
    assert offers.lacking(offers.launch(fake.launch_offer(closed=True)), reason, name) == lacking


def test_a_retry_shows_its_dates_first_and_its_long_command_last() -> None:
    text = _text(offers.launch(fake.retry_offer()))
    assert "11 dates: 2022-11-08, 2023-01-08" in text
    assert " and 5 more dates" in text
    assert text.index("run folder") < text.index("command ")
    assert "2024-02-15" in text


def test_a_retry_in_batches_shows_every_command() -> None:
    offer = fake.retry_offer()
    offer = replace(offer, order=replace(offer.order, commands=offer.order.commands * 2))
    text = _text(offers.launch(offer))
    assert "command 1" in text
    assert "command 2" in text


def test_three_thousand_dates_in_a_command_are_all_shown() -> None:
    days = tuple(date(2015, 1, 1) + timedelta(days=2 * i) for i in range(3000))
    offer = fake.retry_offer()
    command = ("job", "--dates", ",".join(map(str, days)))
    question = offers.launch(replace(offer, order=replace(offer.order, commands=(command,), days=days)))
    text = _text(question)
    assert "3,000 dates: " in text
    assert command[-1] in "".join(line[11:] for line in text.splitlines())


def test_what_came_of_a_launch_is_said_even_if_it_has_ended_at_once() -> None:
    attempt = fake.attempt()
    assert offers.launched(attempt) == "Attempt 2 of player_game_summary runs, pid 4711."
    over = replace(attempt, stage=Stage.ENDED, exit_code=1)
    assert offers.launched(over) == "Attempt 2 of player_game_summary was started and ended with exit code 1."


# Stop


def test_a_stop_names_every_process_and_what_would_start_it_again() -> None:
    question = offers.stop(fake.STOP)
    text = _text(question)
    for told in ("pid 3142833  python team_offense", "pid 3142840", "SIGTERM", "! phase_1 of the plan nightly"):
        assert told in text
    assert (question.reason, question.name, question.one_key) == (True, False, False)


def test_a_kill_is_a_question_of_its_own_with_the_name_to_be_typed() -> None:
    question = offers.stop(replace(fake.STOP, kill=True))
    assert (question.reason, question.name, question.one_key) == (False, True, False)
    assert "SIGKILL ends 2 processes at once" in _text(question, 98)
    assert question.yes == "Send SIGKILL"


@pytest.mark.parametrize(
    ("elapsed", "words"), [(0.2, "30 s of its grace"), (12.6, "17 s of its grace"), (45.0, "0 s of its grace")]
)
def test_the_grace_that_is_left_is_counted_down(elapsed: float, words: str) -> None:
    assert words in offers.under_way(offers.stop(fake.STOP), elapsed)


def test_one_process_is_told_of_as_one() -> None:
    text = _text(offers.stop(replace(fake.STOP, targets=fake.STOP.targets[:1])), 98)
    assert "SIGTERM goes to 1 process. It has 30s to end; after that SIGKILL is offered." in text
    assert "SIGTERM goes to 2 processes. They have 30s to end" in _text(offers.stop(fake.STOP), 98)


def test_while_its_grace_runs_sigterm_is_not_offered_again() -> None:
    question = offers.stop(fake.STOP, left_s=17.6)
    assert (question.waits, question.reason, question.name, question.one_key) == (True, False, False, False)
    assert "its grace of 30s is not over yet; once it is, SIGKILL is offered." in _text(question, 98)
    assert offers.button(question, 0.0) == "SIGKILL in 18 s"
    assert offers.under_way(question, 16.7) == "SIGTERM was sent. 1 s of its grace is left."


def test_the_button_tells_how_long_until_sigkill_is_offered() -> None:
    assert offers.button(offers.stop(fake.STOP), 12.6) == "SIGKILL in 17 s"
    assert offers.button(offers.stop(replace(fake.STOP, kill=True)), 3.0) == "Send SIGKILL"
    assert offers.button(offers.launch(fake.launch_offer()), 3.0) == "Launch"


@pytest.mark.parametrize(
    ("asked", "of", "left_s"),
    [
        (timedelta(seconds=12), US, 18.0),
        (timedelta(seconds=30), US, None),  # it has had its grace
        (-timedelta(minutes=5), US, 30.0),  # the clock was set back
        (timedelta(seconds=12), replace(US, pid=8), None),  # another process was asked
    ],
)
def test_what_is_left_of_the_grace_is_of_the_process_that_was_asked(
    asked: timedelta, of: Identity, left_s: float | None
) -> None:
    facts = seen(process=ALIVE, grace_s=30.0, stop=stop(identity=of, at=NOW - asked))
    assert offers.grace_left_s(facts, NOW) == left_s
    assert offers.grace_left_s(replace(facts, process=GONE), NOW) is None
    assert offers.grace_left_s(replace(facts, stop=None), NOW) is None


# Accept


def test_an_acceptance_shows_the_state_and_takes_a_reason_and_the_name() -> None:
    question = offers.accept("team_offense", example.night().phase("team_offense"))
    text = _text(question)
    assert "stopped by hand at 57 %" in text
    assert "9 failed, 2 missing" in text
    assert question.reason
    assert question.name
