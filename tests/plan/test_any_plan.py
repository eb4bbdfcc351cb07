"""Whatever stands in a plan file: it loads, or it is refused as a plan. Nothing else is ever raised."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backfill_tui.plan.load import lint, load_plan
from backfill_tui.plan.shipped import shipped
from backfill_tui.plan.yaml_text import read_file

EVENING = datetime(2026, 1, 4, 1, 20, tzinfo=UTC)
CONTRACT = Path(__file__).parent / "contract.yaml"
anywhere = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def loads_or_is_refused(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    plan, problems = lint(path, now=EVENING, environ={})
    assert plan is not None or problems
    assert all("Input should" not in str(problem) for problem in problems)


@anywhere
@given(text=st.text())
def test_any_text(tmp_path: Path, text: str) -> None:
    loads_or_is_refused(tmp_path / "plan.yaml", text)


@anywhere
@given(raw=st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(raw)
    plan, problems = lint(path, now=EVENING, environ={})
    assert plan is None
    assert problems


odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["", "?", "${a.b}", "{start}", "{{", "today", "2024-02-30", "30m", "30%", "5 GB", "*.log", "[", "~x/y"]
    ),
    st.text(max_size=5),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none() | st.text(max_size=3), max_size=2),
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a plan at which something can be put instead."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for key, child in inner for below in paths_of(child, (*path, key)))]


def contract() -> Any:
    """The contract's plan in plain values, for a test to change."""
    root = read_file(CONTRACT).root
    assert root is not None
    return root.plain()


PLACES = paths_of(contract())[1:]


def with_mistake(path: tuple[Any, ...], mistake: Any) -> str:
    """The contract's plan with something else at a place, as JSON (which is YAML)."""
    changed = contract()
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = mistake
    return json.dumps(changed, ensure_ascii=False, indent=1)


@settings(anywhere, max_examples=300)
@given(place=st.sampled_from(PLACES), mistake=odd)
def test_anything_at_any_place_of_a_plan(tmp_path: Path, place: tuple[Any, ...], mistake: Any) -> None:
    loads_or_is_refused(tmp_path / "plan.yaml", with_mistake(place, mistake))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_a_list_of_mappings_is_right_nowhere_but_at_inputs(tmp_path: Path, place: tuple[Any, ...]) -> None:
    path = tmp_path / "plan.yaml"
    (tmp_path / "backfill_thresholds.yaml").write_text("team_offense: {min_games: 5600}\n")
    path.write_text(with_mistake(place, [{"no": {"such": "thing"}}]), encoding="utf-8")
    plan, problems = lint(path, now=EVENING, environ={})
    assert plan is None
    assert all(problem.line for problem in problems)


def test_a_normal_plan_loads_within_a_tenth_of_a_second() -> None:
    def once() -> float:
        began = time.perf_counter()
        load_plan(shipped("nba.yaml"), now=EVENING, environ={})
        return time.perf_counter() - began

    assert min(once() for _ in range(3)) < 0.1
