"""A validation as the JSON of the contract and as lines for a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backfill_tui.checks.model import Status, SuiteResult, worst
from backfill_tui.checks.record import Json, suite_json
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.views import checks
from backfill_tui.views.spans import plain


@dataclass(frozen=True, slots=True)
class JudgedPhase:
    """A phase as it is after a validation, what its suites found, and the verdict over them."""

    view: PhaseView
    results: tuple[SuiteResult, ...]
    verdict: Status


def as_json(judged: Sequence[JudgedPhase]) -> Json:
    """The object of `validate --json`."""
    return {
        "verdict": worst(one.verdict for one in judged).value,
        "phases": [
            {
                "phase": one.view.name,
                "verdict": one.verdict.value,
                "state": one.view.state.value,
                "why": one.view.why,
                "suites": [suite_json(result) for result in one.results],
            }
            for one in judged
        ],
    }


def as_lines(judged: Sequence[JudgedPhase]) -> Iterator[str]:
    """Per phase its verdict and what it is now, then its suites."""
    for one in judged:
        why = plain(one.view.why)  # it quotes what programs and tables said
        yield f"{one.view.name}: {one.verdict.value}. It is {one.view.state.value}: {why}."
        for result in one.results:
            yield from (f"  {line}" for line in checks.as_lines(result))
