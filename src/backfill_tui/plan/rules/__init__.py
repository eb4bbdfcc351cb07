"""What must hold between the keys of a plan. Each rule is a function that tells the draft what it found.

Rules say nothing about a key that was already refused for its shape.
"""

from backfill_tui.plan.draft import Draft
from backfill_tui.plan.model.file import PlanWritten
from backfill_tui.plan.rules import phases, suites, surroundings


def apply_rules(plan: PlanWritten, draft: Draft) -> None:
    """Tell the draft of everything that does not hold."""
    for rule in (*phases.RULES, *suites.RULES, *surroundings.RULES):
        rule(plan, draft)
