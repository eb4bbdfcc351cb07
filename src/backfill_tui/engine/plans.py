"""A plan file and the dialects beside it, read together: each phase's dialect must be one of them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from backfill_tui.errors import PlanError
from backfill_tui.plan.load import load_plan
from backfill_tui.plan.resolved import Plan
from backfill_tui.plan.variation import AS_WRITTEN, Variation
from backfill_tui.sources.dialects.load import names_of, own_dialects
from backfill_tui.sources.dialects.model import Dialect


@dataclass(frozen=True, slots=True)
class OpenedPlan:
    """A plan and the user's own dialects, tried before the built-in ones.

    `read_again` gives the plan of the same file as of another time: what `yesterday` is then.
    """

    plan: Plan
    dialects: tuple[Dialect, ...] = ()
    read_again: Callable[[datetime], Plan] | None = field(default=None, compare=False)

    def as_of(self, at: datetime) -> Plan:
        """The plan with its relative dates resolved at `at`. Raises PlanError if the file has changed since."""
        return self.plan if self.read_again is None else self.read_again(at)


def open_plan(
    path: Path,
    *,
    now: datetime,
    environ: Mapping[str, str],
    state_dir: Path | None = None,
    variation: Variation = AS_WRITTEN,
) -> OpenedPlan:
    """Read a plan as of `now` (aware). PlanError or DialectError (exit code 78) with every mistake.

    Where the variation has a folder, the dialects are those beside it.
    """
    own = own_dialects(variation.folder or path.parent, environ)
    text = _digest(path)

    def read(at: datetime) -> Plan:
        names = names_of(own)
        return load_plan(path, now=at, environ=environ, state_dir=state_dir, dialects=names, variation=variation)

    def read_again(at: datetime) -> Plan:
        if _digest(path) != text:
            raise PlanError(
                "the plan has changed since it was read.",
                where=path,
                todo="Leave and open it again, so that what is shown and what is done are one plan.",
            )
        return read(at)

    return OpenedPlan(read(now), own, read_again)


def _digest(path: Path) -> str:
    """Of the file's bytes; empty where it can't be read, which `load_plan` tells in words."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
