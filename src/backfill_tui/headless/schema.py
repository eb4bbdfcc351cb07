"""`schema`: the JSON Schema of the plan file, for editors that complete and check while one types."""

import json
from typing import Any

from backfill_tui.plan.model.file import PlanWritten


def plan_schema() -> dict[str, Any]:
    """The plan file as a user writes it, in JSON Schema draft 2020-12."""
    schema = PlanWritten.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "backfill-tui plan",
    }


def schema() -> int:
    """Print the schema; returns 0."""
    print(json.dumps(plan_schema(), ensure_ascii=False, indent=2))
    return 0
