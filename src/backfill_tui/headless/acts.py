"""What launch, retry, stop and accept have in common: whether they may be done at all, and to which phase."""

from difflib import get_close_matches

from backfill_tui.errors import UsageError
from backfill_tui.plan.resolved import Phase, Plan

DECLINED = 1
"""The exit code where somebody was asked and did not say yes."""


def allowed(verb: str, *, read_only: bool) -> None:
    """Refuse to act where one only looks. Raises UsageError."""
    if read_only:
        raise UsageError(f"{verb} changes things, and --read-only changes nothing.", todo="Leave one of them out.")


def phase_of(plan: Plan, name: str, *, option: str = "") -> Phase:
    """The phase of that name, which `option` has named. Raises UsageError with the nearest name, or with all."""
    names = [phase.name for phase in plan.phases]
    if name in names:
        return plan.phase(name)
    near = get_close_matches(name, names, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(names)}."
    raise UsageError(f"{option and option + ': '}the plan has no phase '{name}'.", todo=hint)


def given_reason(option: str, reason: str) -> str:
    """A reason without the blanks around it. Raises UsageError where nothing is left."""
    if reason.strip():
        return reason.strip()
    raise UsageError(f"{option} is empty.", todo="It stays in the ledger for ever: say why in a few words.")
