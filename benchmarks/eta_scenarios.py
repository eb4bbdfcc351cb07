"""The scenarios of the benchmark, and how a simulated night becomes a course to replay."""

from backfill_tui.sources.events import Outcome, UnitFinished
from benchmarks.eta_nights import Scenario, night
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
    Scenario("drift", "calendar", drift=True),
    Scenario("quota pause", "calendar", pause=True, forgiven=True),
    Scenario("15 workers, then 6", "calendar", workers=15, workers_after=6),
    Scenario("stragglers", "calendar", stragglers=True),
    Scenario("stragglers, 15 workers", "calendar", workers=15, stragglers=True),
    Scenario("wrong calendar", "calendar", wrong_calendar=True, forgiven=True),
)


def course(scenario: Scenario, seed: int) -> Course:
    """The night of a seed, and what was known before it began."""
    played = night(scenario, seed)
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
