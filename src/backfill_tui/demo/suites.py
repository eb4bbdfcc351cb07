"""The demo's suites and thresholds: those that are shipped with the package, so that there is one text of them."""

from collections.abc import Collection
from typing import Any

import yaml

from backfill_tui.demo.script import Scenario
from backfill_tui.plan.shipped import shipped

_HEADER = "# How good is good enough in this night. Usable in the plan as ${section.key}.\n"


def suites_of(scenario: Scenario) -> frozenset[str]:
    """The names of all suites that the scenario's phases use."""
    named = [*scenario.go_check]
    for job in scenario.jobs:
        named += [*job.suites, *job.inputs]
    return frozenset(named)


def suites_text(names: Collection[str]) -> str:
    """The `suites:` of the shipped plan as it is written there, comments too, but of these names only."""
    text = shipped("nba.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    plan: Any = yaml.compose(text, yaml.SafeLoader)  # nodes, since they know the lines on which they stand
    (suites,) = (value for key, value in plan.value if key.value == "suites")
    kept = ["suites:"]
    for key, value in suites.value:
        if key.value in names:
            kept += ["\n".join(lines[key.start_mark.line : value.end_mark.line]).rstrip(), ""]
    return "\n".join(kept)


def thresholds_text(scenario: Scenario) -> str:
    """The shipped thresholds, with those that the scenario has for its own range."""
    thresholds = yaml.safe_load(shipped("backfill_thresholds.yaml").read_text(encoding="utf-8"))
    for section, key, value in scenario.thresholds:
        thresholds[section][key] = value
    return _HEADER + yaml.safe_dump(thresholds, sort_keys=False)
