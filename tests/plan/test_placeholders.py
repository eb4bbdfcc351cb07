import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.errors import PlanError
from backfill_tui.plan.placeholders import Filled, fill, fill_argv, fill_pattern

VALUES = {"start": "2021-10-01", "phase": "fix"}


def test_values_are_put_in_and_the_rest_is_named() -> None:
    assert fill("{phase}_{start}_{end}.json", VALUES) == Filled("fix_2021-10-01_{end}.json", ("end",))


def test_doubled_braces_are_literal() -> None:
    assert fill('{{"a": {{"b": "{phase}"}}}}', VALUES) == Filled('{"a": {"b": "fix"}}')
    assert fill("{{start}}", VALUES) == Filled("{start}")
    assert fill("{{start}", VALUES) == Filled("{start}")


def test_lone_braces_stay() -> None:
    assert fill("a } b { c", VALUES) == Filled("a } b { c")


def test_what_looks_like_a_placeholder_and_is_none_is_unresolved() -> None:
    assert fill("awk '{print $1}' {}", VALUES).unresolved == ("print $1", "")


def test_quantifiers_of_a_pattern_stay_and_values_are_taken_literally() -> None:
    filled = fill_pattern(r"job_\d{4}.*--start-date {start} {x}", VALUES)
    assert filled == Filled(r"job_\d{4}.*--start-date 2021\-10\-01 {x}")
    assert re.search(fill_pattern(r"{{{phase}}}", {"phase": "a.b"}).text, "x {a.b} y")
    assert not re.search(fill_pattern(r"{phase}", {"phase": "a.b"}).text, "axb")


def test_a_placeholder_of_ours_without_a_value_is_named_in_a_pattern_too() -> None:
    assert fill_pattern("{end}", VALUES).unresolved == ("end",)


@given(st.text(), st.dictionaries(st.sampled_from(["start", "phase"]), st.text(), min_size=2))
def test_filling_in_two_steps_is_filling_in_one(text: str, values: dict[str, str]) -> None:
    later = {"dates": "2022-01-05,2022-01-09"}
    template = f"{text} {{start}} {{dates}} {{phase}}"
    first = fill(template, values, keep=("dates",))
    if first.unresolved:
        return
    assert fill(first.text, later) == fill(template, {**values, **later})


def test_a_command_that_cannot_be_filled_is_an_error() -> None:
    assert fill_argv(["run", "{start}"], VALUES) == ("run", "2021-10-01")
    with pytest.raises(PlanError, match=r"no value for \{end\}"):
        fill_argv(["run", "{end}"], VALUES)
