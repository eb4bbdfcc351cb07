"""The dashboard in a real terminal: its window's title, given back on leaving, and the lights of its probes."""

from pathlib import Path

from tests.e2e.terminal import terminal

PLAN = """
plan: small
timezone: UTC
phases: {a: {command: ["true"]}}
probes:
  scheduler: {run: [sh, -c, 'echo asked >> asked; exit 1'], every: 1h}
"""


def test_the_title_is_given_back_and_probes_are_asked_once(tmp_path: Path) -> None:
    (tmp_path / "backfill.yaml").write_text(PLAN)
    for _ in range(2):  # the second screen knows what the first one has asked
        with terminal("backfill.yaml", cwd=tmp_path) as screen:
            screen.wait("✗ scheduler exit 1")
            screen.press("q")
            assert screen.wait_end() == 0
        told = bytes(screen.raw)
        assert told.index(b"\x1b[22;2t") < told.index(b"\x1b]2;backfill: small") < told.rindex(b"\x1b[23;2t")
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_a_plan_may_say_that_the_title_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "backfill.yaml").write_text(f"{PLAN}terminal: {{title: false}}\n")
    with terminal("backfill.yaml", "--read-only", cwd=tmp_path) as screen:
        screen.wait("? scheduler not asked yet")
        screen.press("q")
        assert screen.wait_end() == 0
    assert b"\x1b]2;" not in screen.raw
    assert b"\x1b[22;2t" not in screen.raw
    assert not (tmp_path / "asked").exists()
