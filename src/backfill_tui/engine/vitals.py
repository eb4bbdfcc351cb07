"""How the bodies of a night's phases do over the hours: a sample about once a minute, and the disks they write to.

Kept in memory only: what happened while nobody looked is not known, and nothing is said of it.
"""

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from backfill_tui.control.rules.sight import DiskSeen, FreeSpace, Sample
from backfill_tui.engine.phase_watch import PhaseLook
from backfill_tui.plan.resolved import Plan
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.vital_signs import Body, body_of, oom_counter, oom_kills

EVERY = timedelta(minutes=1)
KEPT = timedelta(hours=6)

_MOST = int(KEPT / EVERY)


@dataclass(slots=True)
class _Chart:
    """One phase: whose body it is, where its kills are counted, and its samples, oldest first."""

    identity: Identity | None = None
    counter: Path | None = None
    body: tuple[Body, datetime] | None = None
    alive: bool | None = None
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=_MOST))


@dataclass(slots=True)
class _Disk:
    """One disk: a folder on it, whose logs lie there, and how much was free."""

    folder: str
    total_bytes: int
    phases: tuple[str, ...]
    holds_state: bool
    space: deque[FreeSpace] = field(default_factory=lambda: deque(maxlen=_MOST))


class Vitals:
    """The samples of all phases of a plan. Not thread-safe: one caller at a time."""

    def __init__(self, plan: Plan) -> None:
        self._state_dir = plan.state_dir
        self._charts: dict[str, _Chart] = {}
        self._disks: dict[int, _Disk] = {}
        self._disks_at: datetime | None = None

    def take(self, looks: Sequence[PhaseLook], now: datetime) -> None:
        """Sample whatever is due: who lives, once a minute; who has just ended, at once."""
        for look in looks:
            self._chart(look, now)
        if self._disks_at is None or not timedelta(0) <= now - self._disks_at < EVERY:
            self._disks_at = now
            self._measure_disks(looks, now)

    def samples(self, phase: str) -> tuple[Sample, ...]:
        """A phase's samples of the last hours, of the process that lives or lived last."""
        chart = self._charts.get(phase)
        return tuple(chart.samples) if chart is not None else ()

    @property
    def disks(self) -> tuple[DiskSeen, ...]:
        """The disks under logs and state, as far as they could be measured."""
        return tuple(
            DiskSeen(disk.folder, disk.total_bytes, tuple(disk.space), disk.phases, disk.holds_state)
            for disk in self._disks.values()
        )

    def _chart(self, look: PhaseLook, now: datetime) -> None:
        chart = self._charts.setdefault(look.phase.name, _Chart())
        alive, identity = look.process.alive, look.process.identity
        if identity is not None and (chart.identity is None or not identity.same_as(chart.identity)):
            chart = self._charts[look.phase.name] = _Chart(identity, oom_counter(identity.pid) if alive else None)
        has_ended = chart.alive is True and alive is False
        chart.alive = alive
        goes_on = bool(alive) or (alive is None and look.log_age_s is not None)
        last = chart.samples[-1].at if chart.samples else None
        due = last is None or not timedelta(0) <= now - last < EVERY
        if look.history_complete and (has_ended or (goes_on and due)):
            chart.samples.append(_sample(chart, look, now))

    def _measure_disks(self, looks: Sequence[PhaseLook], now: datetime) -> None:
        meant: dict[int, _Disk] = {}
        for folder, phase in self._folders(looks):
            try:
                device, room = folder.stat().st_dev, os.statvfs(folder)
            except OSError:
                continue
            disk = meant.get(device) or _Disk(str(folder), room.f_blocks * room.f_frsize, (), holds_state=False)
            disk.phases = disk.phases if phase is None or phase in disk.phases else (*disk.phases, phase)
            disk.holds_state = disk.holds_state or phase is None
            known = self._disks.get(device)
            disk.space = known.space if known is not None else disk.space
            if not disk.space or disk.space[-1].at != now:
                disk.space.append(FreeSpace(now, room.f_bavail * room.f_frsize))
            meant[device] = disk
        self._disks = meant

    def _folders(self, looks: Sequence[PhaseLook]) -> list[tuple[Path, str | None]]:
        """Where logs are written, each with its phase; then where the state is."""
        logs = [
            (Path(log.path).parent, look.phase.name) for look in looks for log in look.logs if log.size is not None
        ]
        there = next((one for one in (self._state_dir, *self._state_dir.parents) if one.is_dir()), None)
        return [*logs, *([(there, None)] if there is not None else [])]


def _sample(chart: _Chart, look: PhaseLook, now: datetime) -> Sample:
    sizes = [log.size for log in look.logs if log.size is not None]
    body = body_of(chart.identity.pid) if look.process.alive and chart.identity is not None else None
    cpu = _cpu_percent(chart, body, now)
    chart.body = (body, now) if body is not None else None
    return Sample(
        at=now,
        cpu_percent=cpu,
        rss_bytes=body.rss_bytes if body is not None else None,
        log_bytes=sum(sizes) if sizes else None,
        done=look.account.counts.accounted,
        checkpoint_at=look.checkpoint.modified_at if look.checkpoint is not None else None,
        oom_kills=oom_kills(chart.counter) if chart.counter is not None else None,
    )


def _cpu_percent(chart: _Chart, body: Body | None, now: datetime) -> float | None:
    """Of one core, since the sample before; None at the first."""
    if body is None or chart.body is None:
        return None
    before, then = chart.body
    elapsed = (now - then).total_seconds()
    return max(0.0, 100.0 * (body.cpu_s - before.cpu_s) / elapsed) if elapsed > 0 else None
