"""A plan is written to a file and read back, at one evening of the night."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from backfill_tui.plan.load import lint, load_plan
from backfill_tui.plan.resolved import Plan

EVENING = datetime(2026, 1, 4, 1, 20, tzinfo=UTC)  # 17:20 of the 3rd in Los Angeles

Loads = Callable[..., Plan]
Says = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a plan file and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "backfill.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def loads(write: Callable[[str], Path]) -> Loads:
    """The plan that a text makes."""

    def loads(text: str, environ: Mapping[str, str] | None = None) -> Plan:
        return load_plan(write(text), now=EVENING, environ=environ or {"TZ": "UTC"}, python="/usr/bin/python3")

    return loads


@pytest.fixture
def says(write: Callable[[str], Path]) -> Says:
    """What is said of a text, each as `line: key: sentence`, without the file's name."""

    def says(text: str) -> list[str]:
        path = write(text)
        _, problems = lint(path, now=EVENING, environ={"TZ": "UTC"})
        return [
            str(problem).removeprefix(f"{path}:").replace(f"{path.parent}/", "").strip() for problem in problems
        ]

    return says
