"""The plan file as a user writes it: its keys, their types and defaults, and a sentence about each.

Only shape is checked here, one value at a time. What holds between keys is in `plan.rules`; paths, time zones,
placeholders and relative dates are made real in `plan.resolve`.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Settings(BaseModel):
    """A mapping of the plan file. A key without a value (`log:`) counts as not given."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_is_empty(cls, value: Any) -> Any:
        if value is None:
            return {}
        if isinstance(value, dict):
            known = cls.model_fields
            return {key: given for key, given in value.items() if given is not None or key not in known}
        return value
