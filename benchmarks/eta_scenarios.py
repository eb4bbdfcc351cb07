"""The scenarios of the benchmark, and how a simulated night becomes a course to replay."""

from dataclasses import replace

from backfill_tui.sources.events import Outcome, UnitFinished
from benchmarks.eta_nights import Night, Scenario, night
from benchmarks.eta_replay import Course, history_of

SCENARIOS = (
    Scenario("sequential, calendar", "calendar"),
    Scenario("sequential, earlier run", "history"),
    Scenario("sequential, neither", "nothing"),
    Scenario("15 workers, calendar", "calendar", workers=15),
    Scenario("15 workers, earlier run", "history", workers=15),
    Scenario("15 workers, neither", "nothing", workers=15),
    Scenario("resumed", "calendar", resumed=True),
    Scenario("resumed, neither", "nothing", resumed=True),
    Scenario("resumed, 15 workers", "calendar", workers=15, resumed=True),
    Scenario("drift", "calendar", drift=True),
    Scenario("quota pause", "calendar", pause=True, forgiven=True),
    Scenario("15 workers, then 6", "calendar", workers=15, workers_after=6),
    Scenario("stragglers", "calendar", stragglers=True),
    Scenario("stragglers, 15 workers", "calendar", workers=15, stragglers=True),
    Scenario("wrong calendar", "calendar", wrong_calendar=True, forgiven=True),
)


def course(scenario: Scenario, seed: int) -> Course:
    """The night of a seed, and what was known before it began."""
    return _told(scenario, seed, night(scenario, seed))


def unbroken_course(scenario: Scenario, seed: int) -> Course:
    """The night of a seed whose run was resumed, as it would have gone had nothing killed it."""
    played = night(scenario, seed)
    ends_at = played.unbroken[-1].at
    assert ends_at is not None  # noqa: S101 - every event here has its time
    begins_at = played.unbroken[0].at or ends_at
    return _told(scenario, seed, replace(played, events=played.unbroken, from_at=begins_at, ends_at=ends_at))


def _told(scenario: Scenario, seed: int, played: Night) -> Course:
    earlier = [night(scenario, seed, earlier=1).events] if scenario.told == "history" else []
    work = None
    if scenario.told == "calendar":
        work = {day: weight > 0 for day, weight in played.calendar.items()}
    elif earlier:
        work = {
            event.day: event.outcome in {Outcome.DONE, Outcome.FAILED}
            for event in earlier[0]
            if isinstance(event, UnitFinished) and event.day
        }
    return Course(
        events=played.events,
        from_at=played.from_at,
        ends_at=played.ends_at,
        calendar=played.calendar if scenario.told == "calendar" else None,
        history=history_of(earlier) if earlier else None,
        work=work,
    )
