"""`inspect --explain`, as a person who describes a log of their own uses it."""

import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backfill_tui.headless.inspect import inspect

LOG = """\
2024-05-01 03:00:00 INFO loading orders
2024-05-01 03:00:10 INFO [1/3] 2024-01-01 ok 3.2s
2024-05-01 03:00:20 INFO [2/3] 2024-01-02 ok 3.2s
"""
DIALECT = (
    r"dialects: {loader: {unit_done: ['\[{index}/{of}\] {date} ok'], unit_failed: ['\[{index}/{of}\] {date} bad']}}"
)
Said = Callable[..., tuple[int, str]]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    Path("a.log").write_text(LOG)

    def run(*, explain: bool = True, json_wanted: bool = False) -> tuple[int, str]:
        zone = ZoneInfo("UTC")
        code = inspect(
            [Path("a.log")], as_of=None, history=(), timezone=zone, explain=explain, json_wanted=json_wanted
        )
        return code, capsys.readouterr().out

    return run


def test_a_log_that_nobody_knows_is_3_and_shows_what_its_lines_have_in_common(said: Said) -> None:
    Path("a.log").write_text("hello 1\nhello 2\n")
    code, out = said()
    assert code == 3
    assert "2  hello [\\d,.]+" in out
    assert "no dialects.yaml in this folder" in out
    assert "--explain shows" in said(explain=False)[1]


@pytest.mark.parametrize("place", ["dialects.yaml", "config/backfill-tui/dialects.yaml"])
def test_a_dialect_is_found_in_this_folder_and_in_the_user_s_configuration(said: Said, place: str) -> None:
    Path(place).parent.mkdir(parents=True, exist_ok=True)
    Path(place).write_text(DIALECT)
    code, out = said()
    assert code == 0
    assert "3 units: 2 done, 1 pending" in out
    assert f"{place})" in out
    assert "2  loader  unit_done" in out
    assert "line 2: 2024-05-01 03:00:10 INFO [1/3] 2024-01-01 ok 3.2s" in out
    assert "found: date 2024-01-01, index 1, of 3" in out
    assert "no line has its text" in out


def test_the_same_is_there_as_json_and_only_when_it_is_asked_for(said: Said) -> None:
    Path("dialects.yaml").write_text(DIALECT)
    (file,) = json.loads(said(json_wanted=True)[1])["files"]
    explanation = file["explanation"]
    assert explanation["matched"] == [
        {
            "dialects": ["loader"],
            "event": "unit_done",
            "pattern": r"\[{index}/{of}\] {date} ok",
            "lines": 2,
            "last_line": 3,
            "examples": [
                {
                    "line": line,
                    "text": text,
                    "fields": {"date": f"2024-01-0{line - 1}", "index": f"{line - 1}", "of": "3"},
                }
                for line, text in enumerate(LOG.splitlines()[1:], 2)
            ],
        }
    ]
    assert [one["event"] for one in explanation["unmatched_patterns"]] == ["unit_failed"]
    assert explanation["levels"] == {"INFO": 3}
    assert explanation["time"]["at"] == "2024-05-01T03:00:00+00:00"
    assert explanation["unrecognized"]["shapes"] == [
        {"pattern": "loading orders", "lines": 1, "example": {"line": 1, "text": LOG.splitlines()[0]}}
    ]
    assert "explanation" not in json.loads(said(explain=False, json_wanted=True)[1])["files"][0]
