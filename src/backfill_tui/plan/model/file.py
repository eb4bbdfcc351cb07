"""The whole plan file as it is written."""

from pydantic import Field

from backfill_tui.plan.model import Settings
from backfill_tui.plan.model.phase import PhaseWritten
from backfill_tui.plan.model.scalars import Argument, Text
from backfill_tui.plan.model.suite import SuiteWritten
from backfill_tui.plan.model.surroundings import (
    AlertsWritten,
    CalendarWritten,
    DeadlineWritten,
    PollingWritten,
    ProbeWritten,
    TerminalWritten,
    WarehouseWritten,
)
from backfill_tui.plan.words import NotifyOn


class PlanWritten(Settings):
    """A plan of backfills: what runs, what it fills, after what, with which checks, by when."""

    plan: Text = Field(description="Its name.")
    timezone: Text | None = Field(
        None,
        description="Time zone of clock times shown and of naive times in this file. "
        "Default: the machine's (TZ, /etc/localtime), else UTC.",
    )
    deadline: DeadlineWritten | None = Field(None, description="What must be ready by when. Default: none.")
    state_dir: Text = Field(
        ".backfill-tui",
        description="Folder of the ledger and of launched runs. Default: .backfill-tui beside the plan.",
    )
    thresholds: Text | None = Field(None, description="A YAML file of numbers, usable as ${section.key}.")
    next_steps: list[Text] = Field(
        [], description="Printed at the end of a report that is a GO: all has passed, with warnings or without."
    )
    report_template: Text | None = Field(
        None, description="A Jinja template of the Markdown that `report` writes. Default: the one that is shipped."
    )
    warehouse: WarehouseWritten | None = Field(
        None, description="Where suites run; needed once SQL is to be asked."
    )
    calendar: CalendarWritten | None = Field(
        None, description="Which dates carry work, and how much. Default: every date does."
    )
    alerts: AlertsWritten = Field(AlertsWritten(), description="From where on something is an alert.")
    notify: list[Argument] = Field(
        [], description="Apprise URLs of those who are told when they are away; ${ENVIRONMENT_VARIABLE} allowed."
    )
    notify_on: list[NotifyOn] = Field(
        ["critical", "warning"],
        description="What they are told: alerts of these severities with their ends; transitions of phases. "
        "Default: critical and warning.",
    )
    terminal: TerminalWritten = Field(TerminalWritten(), description="What the dashboard does to its terminal.")
    polling: PollingWritten = Field(PollingWritten(), description="The rhythm of `run`'s printed lines.")
    phases: dict[str, PhaseWritten] = Field(description="The steps, by name, in the order in which they are shown.")
    suites: dict[str, SuiteWritten] = Field({}, description="Checks of the data, by name.")
    probes: dict[str, ProbeWritten] = Field({}, description="Lights for what surrounds the night, by name.")
