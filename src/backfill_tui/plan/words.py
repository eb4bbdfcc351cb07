"""The closed sets of words that a plan may use, shared by what is written and what is resolved."""

from typing import Literal

Units = Literal["every_day", "calendar"]
Start = Literal["manual", "auto"]
OnTimeout = Literal["alert", "stop"]
Backend = Literal["duckdb", "bigquery"]
NotifyOn = Literal["critical", "warning", "info", "transitions"]
Severity = Literal["error", "warn", "info"]
Expected = Literal["rows", "no_rows"]
AccountValue = Literal[
    "success_rate", "records", "fatal_errors", "error_lines", "done", "empty", "skipped", "failed", "missing"
]
