"""Suites as they are written: what makes the rows of a table good enough."""

from pydantic import Field

from backfill_tui.plan.model import Settings
from backfill_tui.plan.model.scalars import Argv, Count, Number, Places, PositiveDuration, Share, Text
from backfill_tui.plan.words import AccountValue, Expected, Severity


class BoundWritten(Settings):
    """A value with bounds."""

    at_least: Number | None = Field(None, description="The check fails below this; a number or ${section.key}.")
    at_most: Number | None = Field(None, description="The check fails above this; a number or ${section.key}.")
    severity: Severity = Field(
        "error", description="What a failure means: error blocks, warn makes the verdict warn, info is only shown."
    )


class MetricWritten(BoundWritten):
    """One aggregate expression over the suite's rows. All metrics of a suite are computed by one query."""

    sql: Text = Field(
        description="An aggregate expression in BigQuery SQL, such as COUNT(*) or AVG(quality_score)."
    )
    round: Places | None = Field(None, description="Decimal places to show; bounds apply to the unrounded value.")
    unit: Text | None = Field(None, description="Shown after the value, such as %.")
    by: Text | None = Field(None, description="An expression to break the metric down by; shown as a small table.")
    each_at_least: Number | None = Field(
        None, description="The check fails if any group of `by` is below this; a number or ${section.key}."
    )
    each_at_most: Number | None = Field(
        None, description="The check fails if any group of `by` is above this; a number or ${section.key}."
    )
    sample: Text | None = Field(None, description="A query that shows rows which make this metric fail.")


class ProgressWritten(BoundWritten):
    """A bound on a value of the phase's account."""


class CompletenessWritten(Settings):
    """Which dates of the calendar have no row."""

    missing_at_most: Count | None = Field(None, description="How many of the expected dates may lack rows.")
    coverage_at_least: Share | None = Field(None, description="The share of expected dates with rows, such as 95%.")
    severity: Severity = Field("error", description="error, warn or info; see the bounds of a metric.")


class QueryWritten(BoundWritten):
    """Free SQL: its first value is bounded, or rows are expected."""

    sql: Text = Field(description="A query in BigQuery SQL; @start_date and @end_date are bound.")
    expect: Expected | None = Field(None, description="rows: it must return some; no_rows: it must return none.")
    round: Places | None = Field(None, description="Decimal places to show.")
    unit: Text | None = Field(None, description="Shown after the value.")


class CommandWritten(Settings):
    """A program that judges: exit 0 pass, 1 fail, 2 warn, anything else unknown."""

    run: Argv = Field(description="The program and its arguments; placeholders are filled in.")
    timeout: PositiveDuration = Field(600.0, description="After this it is unknown. Default 10m.")
    severity: Severity = Field("error", description="error, warn or info; see the bounds of a metric.")


class SuiteWritten(Settings):
    """One suite: a table, a filter, and what is expected of it."""

    title: Text | None = Field(None, description="Shown instead of its name. Default: the name.")
    table: Text | None = Field(
        None,
        description="dataset.table or project.dataset.table; needed for metrics and completeness.",
    )
    date_column: Text | None = Field(
        None,
        description="The phase's range is bound to it as @start_date and @end_date; needed for completeness.",
    )
    where: Text | None = Field(None, description="A further filter on the rows.")
    max_age: PositiveDuration | None = Field(
        None, description="A verdict older than this is not fresh. Default: none."
    )
    timeout: PositiveDuration = Field(
        300.0, description="Of each of its queries; after this it is unknown. Default 5m."
    )
    metrics: dict[str, MetricWritten] = Field({}, description="Named aggregate expressions, computed by one query.")
    progress: dict[AccountValue, ProgressWritten] = Field(
        {}, description="Bounds on the phase's account: success_rate, fatal_errors, missing, failed, records, …"
    )
    completeness: CompletenessWritten | None = Field(None, description="Expected dates that may lack rows.")
    queries: dict[str, QueryWritten] = Field({}, description="Named free queries.")
    commands: dict[str, CommandWritten] = Field({}, description="Named programs that judge.")
