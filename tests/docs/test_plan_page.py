"""docs/plan.md says what the schema says."""

import re

import pytest

from backfill_tui.plan.model import Settings, scalars
from backfill_tui.plan.model.file import PlanWritten
from docs.make import PAGE, TEMPLATE, plan_page

READERS = (scalars.duration, scalars.percentage, scalars.size, int, {"true": True, "false": False}.__getitem__)


def models(of: type[Settings] = Settings) -> list[type[Settings]]:
    return [of, *(found for one in of.__subclasses__() for found in models(one))]


DEFAULTS = [
    pytest.param(stated[1], field.default, id=f"{model.__name__}.{key}")
    for model in models()
    for key, field in model.model_fields.items()
    if (stated := re.search(r" Default (\S+)\.$", field.description or ""))
]


def test_the_page_has_not_drifted_from_the_schema() -> None:
    assert PlanWritten in models()
    assert PAGE.read_text(encoding="utf-8") == plan_page(), "run `make docs`"


def test_every_key_has_a_meaning() -> None:
    for model in models():
        for key, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{key}"


@pytest.mark.parametrize(("stated", "default"), DEFAULTS)
def test_a_default_that_a_description_states_is_the_default(stated: str, default: object) -> None:
    read = []
    for reader in READERS:
        try:
            read.append(reader(stated))
        except (ValueError, KeyError):
            continue
    assert default in read or (default is None and read), f"'{stated}' is not {default}"


def test_a_part_of_the_schema_without_a_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import docs.make

    class Elsewhere:
        name = TEMPLATE.name

        @staticmethod
        def read_text(encoding: str) -> str:
            return TEMPLATE.read_text(encoding=encoding).replace('{{ keys("ProbeWritten") }}', "")

    monkeypatch.setattr(docs.make, "TEMPLATE", Elsewhere)
    with pytest.raises(RuntimeError, match="no table of ProbeWritten"):
        plan_page()
