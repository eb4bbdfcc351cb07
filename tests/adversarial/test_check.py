"""`check` on a plan with a mistake in nearly every line: all of them, in one go."""

import json
from pathlib import Path

import pytest

from backfill_tui.cli import run

BAD = """\
plan: bad
timezone: America/Los_Angles
deadline: {phase: trainn, by: 2026-13-45}
next_step: [x]
phases:
  a:
    dates: {start: 2022-02-01, end: 2022-01-01}
    after: [b]
    log: [1, {x: y}]
    units: everyday
    checkpoint: c.json
    suites: [nosuite]
    command: [echo, "{strt}"]
    timeout: 8 parsecs
    grace: -3s
  b:
    after: [a, c]
    checkpoint: c.json
    dates: {start: 2024-02-30, end: yesterdy}
    process: {pid: -1, mach: x}
    dialect: nope
    env: [1]
  c: {}
suites:
  s: {table: t, metrics: {m: {sql: COUNT(*), at_least: "${x.y}"}}}
warehouse: {backend: duckdb}
calendar: {sql: x, csv: y}
alerts: {rate_drop: 300%}
polling: {interval: 0s}
probes: {p: {every: 1m}}
"""
MISTAKES = [
    (2, "timezone"),
    (3, "deadline.by"),
    (3, "deadline.phase"),
    (4, "next_step"),
    (7, "phases.a.dates.end"),
    (8, "phases.a.after"),
    (9, "phases.a.log[1]"),
    (10, "phases.a.units"),
    (12, "phases.a.suites[0]"),
    (13, "phases.a.command[1]"),
    (14, "phases.a.timeout"),
    (15, "phases.a.grace"),
    (18, "phases.b.checkpoint"),
    (19, "phases.b.dates.end"),
    (19, "phases.b.dates.start"),
    (20, "phases.b.process.mach"),
    (20, "phases.b.process.pid"),
    (21, "phases.b.dialect"),
    (22, "phases.b.env"),
    (23, "phases.c"),
    (25, "suites.s.metrics.m.at_least"),
    (26, "warehouse.path"),
    (27, "calendar"),
    (28, "alerts.rate_drop"),
    (29, "polling.interval"),
    (30, "probes.p"),
]


def test_every_mistake_is_named_with_its_line_in_one_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    assert run(["check", str(path), "--json"]) == 78
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert {(problem["line"], problem["key"]) for problem in problems} >= set(MISTAKES)
    assert run(["status", str(path)]) == 78
    assert capsys.readouterr().out == ""
