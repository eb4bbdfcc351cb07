"""Who drives a plan: each `run` and each screen with --auto leaves its identity in the state folder while it does.

A file of a process that is gone tells nothing: nobody has to tidy up after a kill.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from backfill_tui.control.launch.reconcile import is_alive
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import read_entry

FOLDER = "drivers"

What = Literal["run", "screen"]


@dataclass(frozen=True, slots=True)
class DriverSeen:
    """A process that starts what may start; `what` it is. `since` is aware, UTC."""

    what: What
    identity: Identity

    @property
    def since(self) -> datetime:
        """When it was started."""
        return datetime.fromtimestamp(self.identity.started_at, UTC)

    @property
    def clause(self) -> str:
        """`run` (pid 4242)."""
        return f"{'`run`' if self.what == 'run' else 'a screen with --auto'} (pid {self.identity.pid})"


@contextmanager
def driving(state_dir: Path, what: What) -> Iterator[None]:
    """Be known as one who drives, as long as it lasts. Where that can't be written, the night goes on unknown."""
    path = state_dir / FOLDER / f"{os.getpid()}.json"
    me = read_entry(os.getpid())
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if me is not None:
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps({"what": what, "identity": asdict(me.identity)}), encoding="utf-8")
            fresh.replace(path)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def drivers_of(state_dir: Path) -> tuple[DriverSeen, ...]:
    """Those who drive the plan now, in the order in which they began."""
    found = []
    try:
        paths = list((state_dir / FOLDER).glob("*.json"))
    except OSError:
        return ()
    for path in paths:
        with suppress(OSError, ValueError, KeyError, TypeError):  # it has just left, or is of another version
            told = json.loads(path.read_text(encoding="utf-8"))
            seen = DriverSeen(told["what"], Identity(**told["identity"]))
            if is_alive(seen.identity) is not False:
                found.append(seen)
    return tuple(sorted(found, key=lambda one: one.identity.started_at))
