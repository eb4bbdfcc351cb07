"""`notify test`, and messages of a `run`, as a user sees them."""

import json
from pathlib import Path

import pytest

from tests.engine.http_server import Served, serving
from tests.headless.shells import Shells
from tests.processes import eventually

HIDDEN = "s3cr3t-t0ken"


def shells(folder: Path, *addresses: str, more: str = "") -> Shells:
    text = f"plan: night\ntimezone: UTC\nnotify: {json.dumps(addresses)}\n{more}"
    (folder / "backfill.yaml").write_text(text if "phases:" in more else f"{text}phases: {{a: {{log: x.log}}}}\n")
    return Shells(folder)


def hook(server: Served) -> str:
    return f"json://127.0.0.1:{server.port}/{HIDDEN}"


def titles(server: Served) -> list[str]:
    return [json.loads(body)["title"] for body in server.bodies]


def test_each_address_is_tried_and_told_by_its_label(tmp_path: Path) -> None:
    with serving() as server:
        done = shells(tmp_path, hook(server), f"json://127.0.0.1:1/{HIDDEN}", "${UNSET_URL}").run("notify", "test")
        assert titles(server) == ["[night] test: messages arrive"]
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "notify[0] (json): sent."
    assert lines[1].startswith("notify[1] (json): not sent: ")
    assert lines[2] == "notify[2]: not sent: the environment variable UNSET_URL is not set."
    assert HIDDEN not in done.stdout + done.stderr
    assert not (tmp_path / ".backfill-tui").exists()


def test_with_json_it_is_for_scripts(tmp_path: Path) -> None:
    with serving() as server:
        code, told = shells(tmp_path, hook(server)).json("notify", "test")
    assert (code, told) == (0, {"addresses": [{"address": "notify[0] (json)", "sent": True, "why": None}]})


def test_a_plan_without_addresses_is_wrong_usage(tmp_path: Path) -> None:
    done = shells(tmp_path).run("notify", "test")
    assert done.returncode == 64
    assert "no `notify`" in done.stderr


@pytest.mark.parametrize("words", [("notify",), ("notify", "tset")])
def test_a_word_that_is_none_is_wrong_usage(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert shells(tmp_path).run(*words).returncode == 64


NIGHT = """
notify_on: [critical, warning, transitions]
phases:
  good: {command: ["true"], start: auto}
  bad: {command: [sh, -c, 'exit 3'], start: auto, after: [good]}
probes:
  well: {run: [echo, all well], every: 1h}
"""


def test_a_run_tells_of_its_night_and_its_probes_and_status_knows_them(tmp_path: Path) -> None:
    with serving() as server:
        night = shells(tmp_path, hook(server), more=NIGHT)
        done = night.run("run")
        assert done.returncode == 1
        eventually(lambda: any("critical: bad" in title for title in titles(server)))
        told = titles(server)
    assert "[night] good: passed" in told
    assert "[night] bad: failed" in told
    assert len(told) == len(set(told))
    _, status = night.json("status")
    (probe,) = status["probes"]
    assert (probe["name"], probe["ok"], probe["value"], probe["kind"]) == ("well", True, 0, "command")
    assert probe["detail"] == "exit 0: all well"
    assert probe["every_s"] == 3600
    assert "probe well: ok, exit 0: all well" in night.run("status").stdout
    for file in (tmp_path / ".backfill-tui").rglob("*"):
        assert file.is_dir() or HIDDEN.encode() not in file.read_bytes()


def test_an_address_that_fails_is_an_alert_until_a_test_goes_through(tmp_path: Path) -> None:
    with serving() as server:
        server.answers[f"/{HIDDEN}"] = (500, {})
        night = shells(tmp_path, hook(server), more=NIGHT)
        night.run("run")
        _, status = night.json("status")
        alerts = {alert["id"]: alert for alert in status["alerts"]}
        alert = alerts["notifier:notify[0] (json)"]
        assert alert["severity"] == "warning"
        assert alert["action"].endswith("backfill-tui notify test")
        assert HIDDEN not in json.dumps(status)
        server.answers.clear()
        assert night.run("notify", "test").returncode == 0
        _, status = night.json("status")
        assert "notifier:notify[0] (json)" not in {alert["id"] for alert in status["alerts"]}


def test_status_asks_no_probe(tmp_path: Path) -> None:
    night = shells(tmp_path, more="probes: {p: {run: [touch, asked], every: 1s}}\n")
    _, status = night.json("status")
    assert [(one["name"], one["ok"], one["at"]) for one in status["probes"]] == [("p", None, None)]
    assert not (tmp_path / "asked").exists()
