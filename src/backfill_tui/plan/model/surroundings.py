"""What surrounds the phases, as it is written: warehouse, calendar, alerts, polling, probes, deadline."""

from pydantic import Field

from backfill_tui.plan.model import Settings
from backfill_tui.plan.model.scalars import (
    Argv,
    Every,
    HttpStatus,
    Moment,
    Number,
    Percentage,
    PositiveDuration,
    Share,
    Size,
    Text,
    Toggle,
)
from backfill_tui.plan.words import Backend


class DeadlineWritten(Settings):
    """When a phase should be able to start, or be done."""

    phase: Text = Field(description="The name of a phase.")
    by: Moment = Field(description="A date with a time; without an offset in the plan's time zone.")


class WarehouseWritten(Settings):
    """Where suites run."""

    backend: Backend = Field(description="duckdb or bigquery.")
    path: Text | None = Field(
        None, description="duckdb: a .duckdb file (opened read-only), or a folder `<dataset>/<table>/**/*.parquet`."
    )
    project: Text | None = Field(
        None, description="bigquery: the project that pays. Default: the credentials' own."
    )
    location: Text | None = Field(None, description="bigquery: where the datasets lie, such as US.")
    api_endpoint: Text | None = Field(
        None, description="bigquery: an emulator's address; then without credentials."
    )
    max_bytes_billed: Size | None = Field(None, description="bigquery: a query that would bill more is refused.")


class CalendarWritten(Settings):
    """Which dates carry work, and how much."""

    sql: Text | None = Field(
        None, description="A query with columns date and weight; @start_date, @end_date are bound."
    )
    csv: Text | None = Field(None, description="A file with columns date,weight.")


class AlertsWritten(Settings):
    """From where on something is an alert."""

    stall_after: PositiveDuration = Field(
        1800.0,
        description="No sign of life for this long, and for longer than dates of its class take. Default 30m.",
    )
    rate_drop: Share = Field(
        0.3, description="Dates come slower by this much than earlier dates of their class. Default 30%."
    )
    memory_growth: Percentage = Field(
        0.5, description="Memory has grown steadily by this much in the last hours. Default 50%."
    )
    failure_rate: Share = Field(
        0.05,
        description="This share of the dates may fail; a suite's bound on success_rate goes before it. Default 5%.",
    )
    tracebacks: Every = Field(10, description="So many tracebacks with no date done in between. Default 10.")
    error_lines: Every = Field(20, description="So many error lines in ten minutes, and ever more. Default 20.")
    checkpoint_age: PositiveDuration = Field(
        1800.0, description="The checkpoint is this old while its log tells of dates done since. Default 30m."
    )
    clock_skew: PositiveDuration = Field(
        120.0, description="A log's times lie this far off the machine's clock. Default 2m."
    )
    late_by: PositiveDuration = Field(900.0, description="Forecast later than expected by this much. Default 15m.")
    deadline_risk: Share = Field(
        0.9,
        description="The deadline is missed with more than this probability: critical, at 90% once the probability "
        "to meet it is below 10%. Default 90%.",
    )
    disk_free: Size = Field(1_000_000_000, description="Less space than this beside logs and state. Default 1 GB.")


class PollingWritten(Settings):
    """The rhythm of `run`'s printed lines."""

    interval: PositiveDuration = Field(60.0, description="Between two looks. Default 60s.")
    progress_every: Every = Field(10, description="Print a progress line at every n-th look. Default 10.")


class ProbeWritten(Settings):
    """A light for something outside. Exactly one of run, http and sql."""

    run: Argv | None = Field(None, description="A program; exit 0 is well.")
    http: Text | None = Field(None, description="An address to fetch.")
    status: HttpStatus | None = Field(None, description="http: the status that is well. Default 200.")
    sql: Text | None = Field(None, description="A query for one value, in the warehouse.")
    at_least: Number | None = Field(None, description="sql: the value must not be below.")
    at_most: Number | None = Field(None, description="sql: the value must not be above.")
    every: PositiveDuration = Field(600.0, description="How often. Default 10m.")
    timeout: PositiveDuration = Field(20.0, description="After this it is unknown. Default 20s.")


class TerminalWritten(Settings):
    """What the dashboard does to its terminal beside drawing on it."""

    bell: Toggle = Field(True, description="Ring at a new critical alert. Default true.")
    title: Toggle = Field(True, description="Show plan and health in the window's title. Default true.")
