"""Results as JSON: what `validate --json` prints (CONTRACT §4) and what the ledger keeps are one form. Pure."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from backfill_tui.checks.model import Check, Part, Reason, Status, SuiteResult, Value

Json = dict[str, Any]

KEPT_DATES = 2000
"""Of the dates without a row, so many are kept; their number is the check's value."""


def suite_json(result: SuiteResult) -> Json:
    """One element of `suites`."""
    return {
        "name": result.name,
        "title": result.title,
        "verdict": result.verdict.value,
        "at": result.at.isoformat(),
        "table": result.table,
        "dates": None if result.dates is None else [day.isoformat() for day in result.dates],
        "rows": result.rows,
        "queries": result.queries,
        "bytes_estimated": result.bytes_estimated,
        "bytes_billed": result.bytes_billed,
        "duration_s": round(result.duration_s, 3),
        "query": result.query,
        "checks": [check_json(check) for check in result.checks],
    }


def check_json(check: Check) -> Json:
    """One element of `checks`."""
    return {
        "name": check.name,
        "kind": check.kind,
        "severity": check.severity,
        "value": value_json(check.value),
        "unit": check.unit,
        "bound": check.bound,
        "status": check.status.value,
        "detail": check.detail,
        "reason": check.reason.value if check.reason else None,
        "todo": check.todo,
        "parts": [
            {
                "group": value_json(part.group),
                "rows": part.rows,
                "value": value_json(part.value),
                "status": part.status.value if part.status else None,
            }
            for part in check.parts
        ],
        "missing_dates": [day.isoformat() for day in check.dates[:KEPT_DATES]]
        if check.kind == "completeness"
        else None,
        "command": list(check.command) or None,
        "sql": check.sql,
        "columns": list(check.columns),
        "sample": [[value_json(cell) for cell in row] for row in check.rows],
    }


def value_json(value: Value) -> Any:
    """A value in JSON. A number that is none (NaN, infinity) is not known: null."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case tuple():
            return [value_json(one) for one in value]
    return value.isoformat()


def suite_of_json(told: Mapping[str, Any], digest: str) -> SuiteResult:
    """The result that `suite_json` wrote; its digest is kept beside it.

    Raises KeyError, TypeError or ValueError if it is not one.
    """
    return SuiteResult(
        name=told["name"],
        title=told["title"],
        verdict=Status(told["verdict"]),
        at=datetime.fromisoformat(told["at"]),
        table=told["table"],
        dates=_span(told["dates"]),
        rows=told["rows"],
        queries=told["queries"],
        bytes_estimated=told["bytes_estimated"],
        bytes_billed=told["bytes_billed"],
        duration_s=told["duration_s"],
        query=told["query"],
        digest=digest,
        checks=tuple(_check(one) for one in told["checks"]),
    )


def _check(told: Mapping[str, Any]) -> Check:
    return Check(
        name=told["name"],
        kind=told["kind"],
        severity=told["severity"],
        status=Status(told["status"]),
        value=_value(told["value"]),
        bound=told["bound"],
        detail=told["detail"],
        unit=told["unit"],
        reason=Reason(told["reason"]) if told["reason"] else None,
        todo=told["todo"],
        sql=told["sql"],
        parts=tuple(_part(part) for part in told["parts"]),
        columns=tuple(told["columns"]),
        rows=tuple(tuple(_value(cell) for cell in row) for row in told["sample"]),
        dates=tuple(date.fromisoformat(day) for day in told["missing_dates"] or ()),
        command=tuple(told["command"] or ()),
    )


def _part(told: Mapping[str, Any]) -> Part:
    status = Status(told["status"]) if told["status"] else None
    return Part(_value(told["group"]), told["rows"], _value(told["value"]), status)


def _span(told: list[str] | None) -> tuple[date, date] | None:
    return None if told is None else (date.fromisoformat(told[0]), date.fromisoformat(told[1]))


def _value(told: Any) -> Value:
    """Dates stay the texts that they were written as: they are only shown from here on."""
    if isinstance(told, list):
        return tuple(_value(one) for one in told)
    return told if told is None or isinstance(told, bool | int | float | str) else str(told)
