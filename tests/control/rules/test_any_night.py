"""Whatever a night looks like, the rules answer: one alert an id, worst first, and what alarms says what to do."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from backfill_tui.control.model import PhaseState, Severity, Timeline
from backfill_tui.control.rules.sight import CheckpointSight, DiskSeen, FreeSpace, PhaseSight, Sample
from backfill_tui.progress.prospect import DeadlineProspect, Moments, PaceSeen, Prospect
from tests.control.phases import ALIVE, COMMAND, GONE, NOBODY, NOW, D, found, log_of, seen, sight
from tests.reading import account_of

_BODY = log_of(5, failed=2).say("Out of quota", "CRITICAL").body

_ago = st.timedeltas(timedelta(0), timedelta(days=2)).map(lambda back: NOW - back)
_ahead = st.timedeltas(timedelta(days=-1), timedelta(days=1)).map(lambda on: NOW + on)
_count = st.none() | st.integers(0, 10**12)
_shares = st.floats(0, 1)

_samples = st.lists(
    st.builds(
        Sample,
        at=_ago,
        cpu_percent=st.none() | st.floats(0, 6400),
        rss_bytes=_count,
        log_bytes=_count,
        done=_count,
        oom_kills=_count,
    ),
    max_size=40,
).map(lambda samples: tuple(sorted(samples, key=lambda one: one.at)))

_disks = st.builds(
    DiskSeen,
    folder=st.just("/var/log"),
    total_bytes=st.integers(1, 10**13),
    space=st.lists(st.builds(FreeSpace, _ago, st.integers(0, 10**13)), min_size=1, max_size=9).map(
        lambda space: tuple(sorted(space, key=lambda one: one.at))
    ),
    phases=st.sampled_from([(), ("fix",)]),
    holds_state=st.booleans(),
)

_prospects = st.none() | _ahead.map(lambda at: Prospect(None, Moments(at, at, at), "calendar"))
_checkpoints = st.none() | st.builds(
    CheckpointSight,
    st.none() | _ago,
    st.none() | _ago,
    st.sampled_from([None, D[4]]),
    st.sampled_from([(), (D[1],), tuple(D[:4])]),
    st.sampled_from(["calendar", "log", "every_day"]),
)


@st.composite
def _sights(draw: st.DrawFn) -> PhaseSight:
    account = account_of(_BODY[: draw(st.integers(0, len(_BODY)))], gone=draw(st.booleans()), planned=D)
    process = draw(st.sampled_from([ALIVE, GONE, NOBODY, replace(ALIVE, status="stopped")]))
    facts = seen(
        account,
        process,
        log_age_s=draw(st.none() | st.floats(0, 1e6)),
        history_complete=draw(st.booleans()),
        command=draw(st.sampled_from([None, COMMAND])),
    )
    return sight(
        facts,
        draw(st.sampled_from(list(PhaseState))),
        "because",
        prospect=draw(_prospects),
        timeline=draw(st.none() | _ahead.map(lambda at: Timeline(at, None, None))),
        samples=draw(_samples),
        silence_s=draw(st.none() | st.floats(0, 1e6)),
        checkpoint=draw(_checkpoints),
        pace=draw(st.none() | st.just(PaceSeen("with work", 10.0, 100.0, 40))),
        failure_limit=draw(st.none() | _shares),
        log=draw(st.sampled_from(["", "/var/log/a b.log"])),
    )


_HARDLY_USED = DiskSeen(
    "/var/log",
    10**12,
    (FreeSpace(NOW - timedelta(hours=1), 500_000_000_000), FreeSpace(NOW, 500_000_000_000 - 4096)),
    ("fix",),
)
_AT_WORK = sight(seen(process=ALIVE), PhaseState.RUNNING, "because")


@example(_AT_WORK, _HARDLY_USED, None, NOW)  # full in 14,000 years
@given(_sights(), _disks, st.none() | _shares, _ahead)
def test_any_night_is_answered(one: PhaseSight, disk: DiskSeen, probability: float | None, by: datetime) -> None:
    deadline = DeadlineProspect("fix", by, probability)
    alerts = found(one, disks=(disk,), deadline=deadline)
    assert len({alert.id for alert in alerts}) == len(alerts)
    order = [list(Severity).index(alert.severity) for alert in alerts]
    assert order == sorted(order)
    for alert in alerts:
        assert alert.title
        assert alert.detail
        assert alert.action or alert.severity is Severity.INFO
        assert alert.since.tzinfo is not None
