"""`schema`: the JSON Schema of the plan file, for editors that complete and check while one types."""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from backfill_tui.plan.model.file import PlanWritten


class _AsWritten(GenerateJsonSchema):
    """Schemas without titles made of field names, and without defaults that nobody could type (1800.0 for 30m)."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        default = made.get("default")
        if default is None or isinstance(default, float | dict | list) or made.get("title") == "size":
            made.pop("default", None)  # its description says it
        return made


def plan_schema() -> dict[str, Any]:
    """The plan file as a user writes it, in JSON Schema draft 2020-12."""
    schema = PlanWritten.model_json_schema(schema_generator=_AsWritten)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "backfill-tui plan"}


def schema() -> int:
    """Print the schema; returns 0."""
    print(json.dumps(plan_schema(), ensure_ascii=False, indent=2))
    return 0
