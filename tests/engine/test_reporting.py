"""Reports for a screen: made of a snapshot, written beside the plan."""

from dataclasses import replace
from pathlib import Path

import pytest

from backfill_tui.engine.reporting import Reporting
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Plan
from backfill_tui.views.report_markdown import TemplateError
from tests.tui import example


def plan_in(folder: Path, name: str = "night", template: Path | None = None) -> Plan:
    path = folder / "backfill.yaml"
    path.write_text("plan: night\n")
    return Plan(name, path, folder, example.ZONE, folder / ".backfill-tui", (), report_template=template)


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_report_is_written_beside_the_plan_under_its_name_and_time(tmp_path: Path) -> None:
    reporting = Reporting(plan_in(tmp_path, "../a night"), None, read_only=False)
    snapshot = example.night()
    text = await reporting.text(snapshot)
    path = await reporting.save(snapshot, text)
    assert path == tmp_path / "report_.._a_night_2026-01-03_201407.md"
    assert path.read_text(encoding="utf-8") == text
    assert text.startswith("# Status report: nba-night\n")
    assert f"cd {tmp_path}" in text


async def test_a_read_only_screen_writes_nothing(tmp_path: Path) -> None:
    reporting = Reporting(plan_in(tmp_path), None, read_only=True)
    with pytest.raises(BackfillError, match="read-only"):
        await reporting.save(example.night(), "text")
    assert files_in(tmp_path) == ["backfill.yaml"]


async def test_a_folder_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    plan = replace(plan_in(tmp_path), folder=tmp_path / "gone")
    with pytest.raises(BackfillError, match="No such file or directory"):
        await Reporting(plan, None, read_only=False).save(example.night(), "text")


async def test_the_plans_own_template_is_used_and_a_mistake_in_it_is_told(tmp_path: Path) -> None:
    template = tmp_path / "mine.j2"
    template.write_text("{{ report.plan }}: {{ report.summary.critical }}\n")
    reporting = Reporting(plan_in(tmp_path, template=template), None, read_only=True)
    assert await reporting.text(example.night()) == "nba-night: 1\n"
    template.write_text("{{ report.nope }}")
    with pytest.raises(TemplateError, match=r"mine\.j2:1"):
        await reporting.text(example.night())
