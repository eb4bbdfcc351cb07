"""What one command puts in the place of a plan file's own words, before anything of the plan is looked at. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Variation:
    """How a plan is to be read otherwise than it is written.

    `folder` is absolute, and where relative paths start instead of beside the file. The values of the file
    `thresholds` come before those of the file that the plan names. `phases` are those that are kept, by name, each
    with keys that take the place of its own; `None` takes a key away.
    """

    folder: Path | None = None
    thresholds: Path | None = None
    phases: Mapping[str, Mapping[str, Any]] | None = None

    def vary(self, plan: dict[str, Any]) -> None:
        """Change what was typed. What refers to a phase that is left out goes with it, and so do suites of nobody.

        A value that has not the shape it should have stays, so that it is refused where it stands.
        """
        phases = plan.get("phases")
        if self.phases is None or not isinstance(phases, dict):
            return
        kept = {name: _varied(phases[name], keys) for name, keys in self.phases.items() if name in phases}
        for phase in kept.values():
            if isinstance(phase.get("after"), list):
                phase["after"] = [name for name in phase["after"] if name in kept]
        plan["phases"] = kept
        if isinstance(suites := plan.get("suites"), dict):
            plan["suites"] = {name: suite for name, suite in suites.items() if name in _wanted(kept)}
        deadline = plan.get("deadline")
        if isinstance(deadline, dict) and deadline.get("phase") not in kept:
            del plan["deadline"]


AS_WRITTEN = Variation()


def _varied(phase: Any, keys: Mapping[str, Any]) -> dict[str, Any]:
    both = {**(phase if isinstance(phase, dict) else {}), **keys}
    return {key: value for key, value in both.items() if value is not None}


def _wanted(phases: Mapping[str, dict[str, Any]]) -> set[str]:
    """The suites that phases name."""
    found: set[str] = set()
    for phase in phases.values():
        found.update(phase.get("suites", ()))
        found.update(
            need["suite"] for need in phase.get("inputs", ()) if isinstance(need, dict) and "suite" in need
        )
    return found
