"""What the page of a phase says of our launches of it and of a person's GO."""

from dataclasses import replace

from backfill_tui.control.attempt import Acceptance, Attempt, Stage
from backfill_tui.views import facts
from backfill_tui.views.spans import line_text
from tests.tui import example
from tests.tui import operator as fake


def _about(*, attempt: Attempt | None = None, accepted: Acceptance | None = None) -> str:
    night = example.night()
    lines = facts.about(night, example.phase("p", attempt=attempt, accepted=accepted), 60)
    return "\n".join(line_text(line).rstrip() for line in lines)


def test_an_attempt_tells_its_number_who_launched_it_and_against_what() -> None:
    told = replace(fake.attempt(), override="the fix is good enough", note="Its log could not be opened.")
    text = _about(attempt=told)
    assert "attempt 2  running" in text
    assert "launch by ops, 20:14" in text
    assert "override   the fix is good enough" in text
    assert "Its log could not be opened." in text


def test_an_attempt_that_is_over_tells_how_it_ended() -> None:
    assert "attempt 2  ended with exit code 3" in _about(
        attempt=replace(fake.attempt(), stage=Stage.ENDED, exit_code=3)
    )
    killed = replace(fake.attempt(), stage=Stage.ENDED, signal="SIGKILL")
    assert "attempt 2  was ended by SIGKILL" in _about(attempt=killed)
    assert "ended, nobody recorded how" in _about(attempt=replace(fake.attempt(), stage=Stage.LOST))


def test_what_the_plan_launched_is_not_called_a_person_s() -> None:
    assert "launch by the plan, run by ops" in _about(attempt=replace(fake.attempt(), asked_by="auto"))


def test_an_acceptance_tells_whose_it_is_and_why() -> None:
    text = _about(accepted=Acceptance("p", "summer holes are known", "ops", fake.AT))
    assert "accepted   by ops, 20:14" in text
    assert "summer holes are known" in text
