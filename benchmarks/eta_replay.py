"""Causal replay: at points of a run the forecast is made from what was known then, beside what rivals would say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from backfill_tui.progress.calibration import Calibration
from backfill_tui.progress.eta import Forecast, History, Outlook, learn_history, outlook
from backfill_tui.progress.reconcile import LogEvidence, reconcile
from backfill_tui.progress.runs import RunBook
from backfill_tui.progress.sequence import leading, place_runs
from backfill_tui.sources.events import Event, UnitFinished
from benchmarks.eta_rivals import Rival, rivals

POINTS = tuple(i / 20 for i in range(1, 20))
"""5 % … 95 % of the true length."""

_LATEST_FIRST = 60  # dates: so long a first forecast is waited for


@dataclass(frozen=True, slots=True)
class Said:
    """What was said at one point. Seconds; None where nothing was."""

    share: float
    true_s: float
    p10_s: float | None
    p50_s: float | None
    p90_s: float | None
    progress: float
    rivals: Mapping[str, float | None]
    by_itself: tuple[float, float] | None = None  # the range as this run alone would have it, if it can tell


@dataclass(frozen=True, slots=True)
class Replay:
    """One run, replayed."""

    said: tuple[Said, ...]
    first_after: int | None  # after how many dates of the run there was a first forecast
    length_s: float
    looked_back: bool = False  # whether it was asked at each point how it would have done before

    def by_itself(self) -> "Replay":
        """The same with ranges as a first night has them."""
        return replace(self, said=tuple(_by_itself(said) for said in self.said))

    def calibrated(self, by: Calibration) -> "Replay":
        """The same with ranges as wide as other runs taught that they have to be."""
        return replace(self, said=tuple(_widened(said, by) for said in self.said))


def _by_itself(said: Said) -> Said:
    return replace(said, p10_s=said.by_itself[0], p90_s=said.by_itself[1]) if said.by_itself else said


def _widened(said: Said, by: Calibration) -> Said:
    if said.p10_s is None or said.p50_s is None or said.p90_s is None:
        return said
    p10, p50, p90 = by.widened(said.p10_s, said.p50_s, said.p90_s, said.progress)
    return replace(said, p10_s=p10, p50_s=p50, p90_s=p90)


@dataclass(frozen=True, slots=True)
class Course:
    """A run to replay: its events, from when it is forecast, and what is known beforehand."""

    events: Sequence[Event]
    from_at: datetime
    ends_at: datetime
    calendar: Mapping[date, float] | None = None
    history: History | None = None
    work: Mapping[date, bool] | None = None  # which dates have work, as rivals are told; None: nothing is known


def history_of(courses: Sequence[Sequence[Event]]) -> History:
    """What earlier nights teach."""
    books = []
    for events in courses:
        book = RunBook()
        for event in events:
            book.apply(event)
        books.append(book)
    return learn_history(place_runs(books, gone=True))


def replay(course: Course, *, with_rivals: bool = True, looking_back: bool = False) -> Replay:
    """Make all forecasts of a run, in the order of time."""
    book = RunBook()
    length = (course.ends_at - course.from_at).total_seconds()
    moments = [course.from_at + timedelta(seconds=share * length) for share in POINTS]
    entered: dict[str, Rival] | None = None
    said: list[Said] = []
    finished, first_after = 0, None
    position = 0
    for share, moment in zip(POINTS, moments, strict=True):
        while position < len(course.events) and _time(course.events[position]) <= moment:
            event = course.events[position]
            book.apply(event)
            position += 1
            if isinstance(event, UnitFinished) and _time(event) > course.from_at:
                if entered is None and with_rivals:
                    entered = _enter(course, book)
                finished += 1
                at_s = (_time(event) - course.from_at).total_seconds()
                for rival in (entered or {}).values():
                    rival.complete(event.day, at_s)
                if first_after is None and finished <= _LATEST_FIRST and _outlook(course, book) is not None:
                    first_after = finished
        said.append(_say(course, book, share, moment, entered or {}, looking_back=looking_back))
    return Replay(tuple(said), first_after, length, looking_back)


def forecasts_after(course: Course, moments: Sequence[datetime]) -> list[Forecast | None]:
    """The forecasts at moments of a run, which are in order; None where there was none."""
    book = RunBook()
    found: list[Forecast | None] = []
    position = 0
    for moment in moments:
        while position < len(course.events) and _time(course.events[position]) <= moment:
            book.apply(course.events[position])
            position += 1
        ahead = _outlook(course, book)
        found.append(ahead.at(moment) if ahead else None)
    return found


def _say(
    course: Course,
    book: RunBook,
    share: float,
    moment: datetime,
    entered: Mapping[str, Rival],
    *,
    looking_back: bool,
) -> Said:
    ahead = _outlook(course, book)
    eta = ahead.at(moment) if ahead else None
    own = ahead.looking_back().at(moment) if ahead and looking_back else None
    at_s = (moment - course.from_at).total_seconds()
    return Said(
        share=share,
        true_s=(course.ends_at - moment).total_seconds(),
        p10_s=eta.remaining_p10_s if eta else None,
        p50_s=eta.remaining_p50_s if eta else None,
        p90_s=eta.remaining_p90_s if eta else None,
        progress=ahead.progress if ahead else 0.0,
        rivals={name: rival.remaining_s(at_s) for name, rival in entered.items()},
        by_itself=(own.remaining_p10_s, own.remaining_p90_s) if own and own.calibrated else None,
    )


def _outlook(course: Course, book: RunBook) -> Outlook | None:
    account = reconcile([LogEvidence(book)], calendar=course.calendar)
    runs = place_runs([book], gone=False)
    return outlook(account, runs, calendar=course.calendar, history=course.history)


def _enter(course: Course, book: RunBook) -> dict[str, Rival]:
    """Each rival with the dates of this run only: as `initial` set right."""
    lead = leading(place_runs([book], gone=False))
    finishing = [event for event in course.events if isinstance(event, UnitFinished)]
    days = [event.day for event in finishing if event.day and _time(event) > course.from_at]
    work = course.work
    known = {day: True if work is None else work.get(day, True) for day in days}
    assert lead is not None  # noqa: S101 - a date was finished
    return {name: enter(known, 0.0) for name, enter in rivals().items()}


def _time(event: Event) -> datetime:
    assert event.at is not None  # noqa: S101 - every event here has its time
    return event.at
