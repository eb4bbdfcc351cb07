"""How every phase of a plan stands at one moment: gate, state and the sentence for it, upstream first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backfill_tui.control.conflicts import doubtful_rivals_of, rivals_of
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.freshness import changed_since, overwritten_by
from backfill_tui.control.gate import gate_of
from backfill_tui.control.model import Condition, Judged, PhaseState
from backfill_tui.control.states import judge


@dataclass(frozen=True, slots=True)
class Standing:
    """One phase: its state, why it is that, and every condition of its gate, whatever its state."""

    state: PhaseState
    why: str
    gate: tuple[Condition, ...] = ()

    @property
    def judged(self) -> Judged:
        """The state with its sentence."""
        return self.state, self.why


def standings(everyone: Sequence[PhaseFacts], *, stall_after_s: float, now: datetime) -> dict[str, Standing]:
    """By name, in the plan's order. An upstream's state opens or closes the gate of what comes after it.

    What has begun is what it is without its gate, so that a writer is judged before those whose table it writes.
    """
    by_name = {one.phase.name: one for one in everyone}
    begun = {name: judge(one, stall_after_s=stall_after_s, now=now) for name, one in by_name.items()}
    accepted = {name for name, one in by_name.items() if one.accepted(now) is not None}
    overwritten = {
        name: overwritten_by(one, everyone, begun, now=now) or changed_since(one, now)
        for name, one in by_name.items()
    }
    found: dict[str, Standing] = {}

    def visit(name: str) -> Standing:
        if name not in found:
            one = by_name[name]
            gate = gate_of(
                one,
                {before: visit(before).judged for before in one.phase.after},
                accepted=accepted,
                overwritten=overwritten,
                rivals=rivals_of(one, everyone),
                doubtful=(*doubtful_rivals_of(one, everyone), *one.doubts),
                now=now,
            )
            found[name] = Standing(*judge(one, stall_after_s=stall_after_s, gate=gate, now=now), gate)
        return found[name]

    return {name: visit(name) for name in by_name}
