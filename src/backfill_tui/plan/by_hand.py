"""A plan for files and pids given by hand: `watch` without a plan file."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from backfill_tui.plan.resolved import Phase, Plan, PlannedProcess


def plan_of(
    logs: Sequence[Path], checkpoints: Sequence[Path], pids: Sequence[int], *, folder: Path, zone: ZoneInfo
) -> Plan:
    """The n-th log, checkpoint and pid belong together; what is left over is watched by itself."""
    count = max(len(logs), len(checkpoints), len(pids))
    phases: list[Phase] = []
    names: set[str] = set()
    for i in range(count):
        log = logs[i] if i < len(logs) else None
        checkpoint = checkpoints[i] if i < len(checkpoints) else None
        pid = pids[i] if i < len(pids) else None
        source = log or checkpoint
        name = _unused(source.stem if source else f"pid-{pid}", names)
        phases.append(
            Phase(
                name=name,
                title=name,
                logs=(str(folder / log),) if log else (),
                log_timezone=zone,
                checkpoint=folder / checkpoint if checkpoint else None,
                process=PlannedProcess(pid, None) if pid is not None else None,
                cwd=folder,
            )
        )
    return Plan(
        name="watch",
        path=folder / "watch",
        folder=folder,
        tz=zone,
        state_dir=folder / ".backfill-tui",
        phases=tuple(phases),
    )


def _unused(name: str, names: set[str]) -> str:
    candidate, number = name, 2
    while candidate in names:
        candidate, number = f"{name}-{number}", number + 1
    names.add(candidate)
    return candidate
