"""Commands in alerts are found where they are typed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backfill_tui.control.model import Alert, Severity
from backfill_tui.engine.own_commands import OwnCommands
from backfill_tui.plan.load import load_plan

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)


def commands(path: Path, folder: Path) -> OwnCommands:
    path.parent.mkdir(exist_ok=True)
    path.write_text("plan: t\nphases:\n  fix: {command: [true]}\n")
    return OwnCommands(load_plan(path, now=NOW, environ={}), folder)


@pytest.mark.parametrize(
    ("file", "where", "text"),
    [
        ("backfill.yaml", ".", "To end it: backfill-tui stop fix"),
        ("night.yaml", ".", "To end it: backfill-tui stop night.yaml fix"),
        ("backfill.yaml", "elsewhere", "To end it: backfill-tui stop {path} fix"),
        ("a night.yaml", "elsewhere", "To end it: backfill-tui stop '{path}' fix"),
    ],
)
def test_the_plan_is_named_where_it_would_not_be_found(tmp_path: Path, file: str, where: str, text: str) -> None:
    path = tmp_path / file
    found = commands(path, tmp_path / where if where != "." else tmp_path)
    assert found.text("To end it: backfill-tui stop fix") == text.format(path=path)


def test_whatever_else_is_said_stays_as_it_is(tmp_path: Path) -> None:
    found = commands(tmp_path / "night.yaml", tmp_path)
    of_others = ("backfill-tui stop /a/weekly.yaml fix", "backfill-tui stop '/a b/weekly.yaml' fix")
    for sentence in ("Read it: backfill-tui inspect a.log", "backfill-tui run-night", "Stop it.", "", *of_others):
        assert found.text(sentence) == sentence
    assert found.text("See backfill-tui status.") == "See backfill-tui status night.yaml."
    assert found.text("try it: backfill-tui notify test") == "try it: backfill-tui notify test night.yaml"


def test_an_alert_says_it_in_detail_and_action(tmp_path: Path) -> None:
    alert = Alert("x", Severity.WARNING, "fix", NOW, "t", "see backfill-tui status", "backfill-tui retry fix")
    told = commands(tmp_path / "n.yaml", tmp_path).alert(alert)
    assert (told.detail, told.action) == ("see backfill-tui status n.yaml", "backfill-tui retry n.yaml fix")
