"""Two dashboards and a `run` on one plan, as processes of their own: each message is sent once."""

import json
from pathlib import Path

from tests.engine.http_server import Served, serving
from tests.headless.shells import UNTIL_GO, Shells
from tests.processes import eventually

PLAN = """
plan: night
timezone: UTC
notify: ["json://127.0.0.1:{port}/"]
notify_on: [critical, warning, transitions]
phases:
  fails: {{command: [sh, -c, '{until_go}; exit 3'], start: auto}}
probes:
  light: {{run: [sh, -c, 'echo asked >> asked; exit 1'], every: 1h}}
"""


def test_two_dashboards_and_a_run_tell_each_thing_once(tmp_path: Path) -> None:
    with serving() as server:
        (tmp_path / "backfill.yaml").write_text(PLAN.format(port=server.port, until_go=UNTIL_GO))
        night = Shells(tmp_path)
        try:
            with night.terminal("backfill.yaml") as one, night.terminal("backfill.yaml") as other:
                one.wait("ready")
                other.wait("ready")
                with night.begun("run") as run:
                    one.wait("running")
                    other.wait("running")
                    night.go()
                    one.wait("failed")
                    other.wait("failed")
                    assert run.wait(30) == 1
                eventually(lambda: "[night] critical: fails failed" in titles(server))
                for screen in (one, other):
                    screen.press("q")
                    assert screen.wait_end() == 0
        finally:
            night.clean()
    told = titles(server)
    assert len(told) == len(set(told)), told
    assert {"[night] fails: running", "[night] fails: failed", "[night] warning: Probe light is not well"} <= set(
        told
    )
    assert (tmp_path / "asked").read_text() == "asked\n"


def titles(server: Served) -> list[str]:
    return [json.loads(body)["title"] for body in server.bodies]
