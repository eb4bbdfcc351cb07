"""Orders and gates as JSON, and back without loss. Pure.

Python's own escapes are kept (no `ensure_ascii=False`): the words of a command need not be text.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from backfill_tui.control.attempt import Kind, Order
from backfill_tui.control.model import Condition, ConditionKind


def text_of_order(order: Order) -> str:
    """An order as JSON."""
    return json.dumps(
        {
            "phase": order.phase,
            "kind": order.kind.value,
            "commands": order.commands,
            "cwd": str(order.cwd),
            "env": dict(order.env),
            "log": None if order.log is None else str(order.log),
            "writes": order.writes,
            "dates": order.dates and [day.isoformat() for day in order.dates],
            "days": [day.isoformat() for day in order.days],
        }
    )


def order_of_text(text: str) -> Order:
    """The order that such a text tells of.

    Raises ValueError where it tells of none, or of more than is known here: half an order is not carried out.
    """
    told = json.loads(text)
    match told:
        case {
            "phase": str(phase),
            "kind": str(kind),
            "commands": [*commands],
            "cwd": str(cwd),
            "env": dict(env),
            "log": str() | None as log,
            "writes": str() | None as writes,
            "dates": [_, _] | None as dates,
            "days": [*days],
            **more,
        } if not more:
            return Order(
                phase=phase,
                kind=Kind(kind),
                commands=tuple(tuple(_text(word) for word in _list(command)) for command in commands),
                cwd=Path(cwd),
                env={name: _text(value) for name, value in env.items()},
                log=None if log is None else Path(log),
                writes=writes,
                dates=None if dates is None else (_day(dates[0]), _day(dates[1])),
                days=tuple(_day(day) for day in days),
            )
    raise ValueError("not an order")


def text_of_gate(gate: Sequence[Condition]) -> str:
    """A gate's conditions as JSON."""
    return json.dumps([[one.name, one.ok, one.detail, one.kind.value, one.about] for one in gate])


def gate_of_text(text: str) -> tuple[Condition, ...]:
    """The conditions that such a text tells of. Raises ValueError where it tells of none."""
    return tuple(_condition(told) for told in _list(json.loads(text)))


def _condition(told: Any) -> Condition:
    match told:
        case [str(name), bool() | None as ok, str(detail)]:  # an older ledger, which has no kinds
            return Condition(name, ok, detail)
        case [str(name), bool() | None as ok, str(detail), str(kind), str(about)]:
            return Condition(name, ok, detail, ConditionKind(kind), about)
    raise ValueError("not a condition")


def _list(told: Any) -> list[Any]:
    if not isinstance(told, list):
        raise ValueError("not a list")  # noqa: TRY004 - whatever does not fit is one error to who reads
    return told


def _text(told: Any) -> str:
    if not isinstance(told, str):
        raise ValueError("not a text")  # noqa: TRY004 - the same
    return told


def _day(told: Any) -> date:
    return date.fromisoformat(_text(told))
