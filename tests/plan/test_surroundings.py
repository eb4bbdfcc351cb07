"""The machine around a plan: its time zone, the files that come with the package, what importing the room costs."""

import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backfill_tui.plan import shipped as shipped_module
from backfill_tui.plan.shipped import shipped
from backfill_tui.plan.timezones import machine_zone, nearest_zone, zone


def test_the_machines_zone_is_tz_then_localtime_then_utc(tmp_path: Path) -> None:
    localtime = tmp_path / "localtime"
    localtime.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert machine_zone({"TZ": ":America/Los_Angeles"}, localtime) == ZoneInfo("America/Los_Angeles")
    assert machine_zone({"TZ": "no such zone"}, localtime) == ZoneInfo("Europe/Berlin")
    assert machine_zone({}, localtime) == ZoneInfo("Europe/Berlin")
    assert machine_zone({}, tmp_path / "absent") == ZoneInfo("UTC")


@pytest.mark.parametrize(
    "name", ["", "Nowhere", "../../etc/passwd", "/etc/localtime", "America", "x" * 300, "a\0b"]
)
def test_what_is_no_time_zone(name: str) -> None:
    assert zone(name) is None


def test_a_city_alone_is_near_its_zone() -> None:
    assert nearest_zone("Los_Angeles") == "America/Los_Angeles"
    assert nearest_zone("Europe/Berln") == "Europe/Berlin"


def test_shipped_files_are_found_in_a_checkout_and_in_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped("nba.yaml").is_file()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "nba.yaml").write_text("plan: x\n")
    monkeypatch.setattr(shipped_module, "_PACKAGE", tmp_path)
    assert shipped("nba.yaml") == tmp_path / "config" / "nba.yaml"


def test_naming_the_room_imports_nothing_heavy() -> None:
    program = (
        "import sys, backfill_tui.plan, backfill_tui.plan.resolved;"
        "print([m for m in ('yaml', 'pydantic', 'textual', 'duckdb') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_every_key_of_a_plan_is_in_its_documentation() -> None:
    from backfill_tui.headless.schema import plan_schema

    page = (Path(__file__).parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")
    made = plan_schema()
    for mapping in (made, *made["$defs"].values()):
        for key in mapping["properties"]:
            assert key in page, key
