"""Writes docs/plan.md: the prose of docs/plan.md.j2, with a table of keys for each part of the plan's schema.

Keys, values, meanings and defaults come from the models alone; what holds between keys is told in the prose.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from backfill_tui.headless.schema import plan_schema

HERE = Path(__file__).parent
PAGE = HERE / "plan.md"
TEMPLATE = HERE / "plan.md.j2"
ROOT = "PlanWritten"

_STATED = re.compile(r" Default: (?P<words>.+)\.$| Default (?P<value>[^,.]+(?:\.\d+)?)(?:, (?P<rest>.+))?\.$")
"""A default that a description states: in words after a colon, or the value as it would be typed."""

_KINDS = {"bound": "number", "day": "date", "moment": "date with a time"}
"""What kinds of value are called on the page, where that is not their name in the schema."""

_FEW = 5
"""Keys of a part that are named where it is referred to; one of more has its table further down."""

Schema = Mapping[str, Any]


class Reference:
    """The tables of the plan's schema. Remembers which parts it was asked for."""

    def __init__(self) -> None:
        schema = plan_schema()
        self._parts: dict[str, Schema] = {**schema["$defs"], ROOT: schema}
        self._told: set[str] = set()

    def keys(self, part: str) -> str:
        """A table of the keys of one part, in the order of the schema."""
        self._told.add(part)
        required = set(self._parts[part].get("required", ()))
        rows = [
            _row(key, self._value(field), *_meaning(self._described(field), required=key in required))
            for key, field in self._parts[part]["properties"].items()
        ]
        return "\n".join(["| key | value | meaning | default |", "|---|---|---|---|", *rows])

    @property
    def untold(self) -> list[str]:
        """The parts that no table was asked for."""
        return sorted(set(self._parts) - self._told)

    def _described(self, field: Schema) -> Schema:
        """A field with its description, which is left out where it is that of the part it refers to."""
        part = self._parts.get(field.get("$ref", "").rpartition("/")[2], {})
        return {**part, **field} if "description" not in field else field

    def _value(self, field: Schema) -> str:
        """What may stand behind a key, in a few words."""
        if "$ref" in field:
            keys = list(self._parts[field["$ref"].rpartition("/")[2]]["properties"])
            return f"`{{{', '.join(keys)}}}`" if len(keys) <= _FEW else "keys of its own"
        if "enum" in field:
            return _one_of(field["enum"])
        if "title" in field:
            title: str = field["title"]
            return _KINDS.get(title, title)
        if "anyOf" in field:
            wanted = [one for one in field["anyOf"] if one.get("type") != "null" and not _is_reference(one)]
            return " or ".join(dict.fromkeys(self._value(one) for one in wanted))
        return self._of_type(field)

    def _of_type(self, field: Schema) -> str:
        match field["type"]:
            case "array":
                return f"list of {self._value(field['items'])}"
            case "object":
                names = field.get("propertyNames", {}).get("enum")
                return f"by {_one_of(names) if names else 'name'}: {self._value(field['additionalProperties'])}"
            case "integer":
                return "whole number"
            case "boolean":
                return "`true` or `false`"
            case _:
                return "text"


def _one_of(words: Sequence[str]) -> str:
    *rest, last = (f"`{word}`" for word in words)
    return f"{', '.join(rest)} or {last}" if rest else last


def _is_reference(field: Schema) -> bool:
    """Whether it is the `${section.key}` that may stand for any value; the page tells of it once."""
    return "pattern" in field and "title" not in field


def _meaning(field: Schema, *, required: bool) -> tuple[str, str]:
    """The meaning of a key, and its default."""
    text = field["description"]
    stated = _STATED.search(text)
    if stated is None:
        return text, "required" if required else "as below" if "$ref" in field else _default(field)
    rest = f" {stated['rest'][0].upper()}{stated['rest'][1:]}." if stated["rest"] else ""
    return text[: stated.start()] + rest, stated["words"] or f"`{stated['value']}`"


def _default(field: Schema) -> str:
    match field.get("default"):
        case None:
            return "none"
        case bool() as value:
            return f"`{str(value).lower()}`"
        case value:
            return f"`{value}`"


def _row(key: str, value: str, meaning: str, default: str) -> str:
    cells = (cell.replace("|", "\\|") for cell in (value, meaning, default))
    return f"| `{key}` | {' | '.join(cells)} |"


def plan_page() -> str:
    """The whole page. RuntimeError if the template leaves out a part of the schema."""
    reference = Reference()
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701 - Markdown
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(keys=reference.keys)
    if reference.untold:
        raise RuntimeError(f"{TEMPLATE.name} has no table of {', '.join(reference.untold)}.")
    return page


if __name__ == "__main__":
    PAGE.write_text(plan_page(), encoding="utf-8")
