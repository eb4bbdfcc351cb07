import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backfill_tui.headless.check import check
from backfill_tui.headless.schema import plan_schema, schema
from backfill_tui.plan.shipped import shipped
from backfill_tui.plan.yaml_text import read_file

EVENING = datetime(2026, 1, 4, 1, 20, tzinfo=UTC)
CONTRACT = Path(__file__).parents[1] / "plan" / "contract.yaml"


def run(path: Path, *, as_json: bool = False) -> int:
    return check(path, as_json=as_json, now=EVENING, environ={"SLACK_URL": "slack://x"})


def test_a_clean_plan_is_one_line_and_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "backfill.yaml"
    path.write_text("plan: n\nphases: {a: {log: x}}\n")
    assert run(path) == 0
    assert capsys.readouterr().out == f"{path}: 1 phase, 0 suites, no problems\n"


def test_every_problem_is_printed_and_exit_78(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "backfill.yaml"
    path.write_text("plan: n\nphases:\n  a:\n    log: x\n    dtaes: {}\n    grace: 5\n")
    assert run(path) == 78
    assert capsys.readouterr().out.splitlines() == [
        f"{path}:5: phases.a.dtaes: unknown key; did you mean 'dates'?",
        f"{path}:6: phases.a.grace: must be a duration such as 20s, 30m, 4h47m or 14d, not '5'",
    ]


def test_warnings_do_not_make_a_plan_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "backfill.yaml"
    path.write_text('plan: n\nnotify: ["${NOT_SET}"]\nphases: {a: {log: x}, b: {log: y}}\n')
    assert run(path) == 0
    warning, verdict = capsys.readouterr().out.splitlines()
    assert "notify[0]: warning: the environment variable NOT_SET is not set" in warning
    assert verdict.endswith("2 phases, 0 suites, 1 warning")


def test_json_has_each_problem_in_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "backfill.yaml"
    path.write_text("plan: n\nphases: {a: {log: x, tittle: y}}\n")
    assert run(path, as_json=True) == 78
    assert json.loads(capsys.readouterr().out) == {
        "plan": None,
        "path": str(path),
        "ok": False,
        "problems": [
            {
                "file": str(path),
                "line": 2,
                "column": 22,
                "key": "phases.a.tittle",
                "message": "unknown key",
                "nearest": "title",
                "severity": "error",
            }
        ],
    }
    path.write_text("plan: n\nphases: {a: {log: x}}\n")
    assert run(path, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"plan": "n", "path": str(path), "ok": True, "problems": []}


@pytest.mark.parametrize("name", ["absent.yaml", ".", "binary.yaml", "empty.yaml"])
def test_what_is_no_plan_is_one_sentence_and_exit_78(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "empty.yaml").write_bytes(b"")
    assert run(tmp_path / name) == 78
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_the_plan_of_the_night_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shipped("nba.yaml")) == 0
    assert capsys.readouterr().out.endswith("8 phases, 6 suites, no problems\n")


class Structure:
    """Just enough of JSON Schema for what our schema uses: types, keys, alternatives, patterns."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.definitions = schema["$defs"]

    def faults(self, value: Any, schema: dict[str, Any], path: str) -> list[str]:
        if "$ref" in schema:
            schema = self.definitions[schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            faults = [self.faults(value, alternative, path) for alternative in schema["anyOf"]]
            return [] if [] in faults else [f"{path}: {value!r} fits no alternative"]
        if not self._typed(value, schema.get("type", [])):
            return [f"{path}: {value!r} is no {schema['type']}"]
        if isinstance(value, dict):
            return self._mapping(value, schema, path)
        if isinstance(value, list):
            return [
                fault
                for i, item in enumerate(value)
                for fault in self.faults(item, schema["items"], f"{path}[{i}]")
            ]
        fits = re.search(schema.get("pattern", ""), str(value)) and value in schema.get("enum", [value])
        return [] if fits else [f"{path}: {value!r} does not fit {schema}"]

    def _mapping(self, value: dict[str, Any], schema: dict[str, Any], path: str) -> list[str]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties", False)
        faults = [f"{path}.{key}: is required" for key in schema.get("required", []) if key not in value]
        for key, inner in value.items():
            if key in known or isinstance(others, dict):
                faults += self.faults(inner, known.get(key, others), f"{path}.{key}")
            else:
                faults.append(f"{path}.{key}: is unknown")
        return faults

    @staticmethod
    def _typed(value: Any, wanted: str | list[str]) -> bool:
        kinds: dict[str, tuple[type, ...]] = {
            "string": (str,),
            "number": (int, float),
            "integer": (int,),
            "boolean": (bool,),
            "object": (dict,),
            "array": (list,),
            "null": (type(None),),
        }
        names = [wanted] if isinstance(wanted, str) else wanted
        return not names or any(isinstance(value, kinds[name]) for name in names)


@pytest.mark.parametrize("path", [CONTRACT, shipped("nba.yaml")], ids=lambda path: path.name)
def test_a_right_plan_fits_the_schema(path: Path) -> None:
    root = read_file(path).root
    assert root is not None
    made = plan_schema()
    assert Structure(made).faults(root.plain(), made, "") == []


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("color", "red"), ("plan", ["n"]), ("alerts", {"rate_drop": "30"}), ("polling", {"interval": "60"}),
     ("phases", {"a": {"dates": {"start": "2021"}}}), ("phases", {"a": {"units": "days"}})],
)  # fmt: skip
def test_a_wrong_plan_does_not_fit_the_schema(key: str, wrong: Any) -> None:
    made = plan_schema()
    assert Structure(made).faults({"plan": "n", "phases": {}, key: wrong}, made, "") != []


def test_every_key_of_the_schema_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    assert schema() == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for mapping in (printed, *printed["$defs"].values()):
        assert mapping["additionalProperties"] is False
        for key, described in mapping["properties"].items():
            meant = printed["$defs"].get(described.get("$ref", "").rpartition("/")[2], described)
            assert meant.get("description"), key
