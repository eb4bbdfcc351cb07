"""Completion as shells ask for it: by a real bash with a TAB, and by the protocol that all of them speak."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

PROGRAM = Path(sys.executable).with_name("backfill-tui")
ENV = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "TERM": "dumb"}

PLAN = """
plan: t
phases:
  team_offense: {log: a.log, title: Team offense}
  team_defense: {log: b.log}
  player_summary: {log: c.log}
"""
OTHER = "plan: other\nphases:\n  only_one: {log: a.log}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backfill.yaml").write_text(PLAN)
    (tmp_path / "other.yml").write_text(OTHER)
    (tmp_path / "notes.txt").write_text("")
    return tmp_path


def offered(folder: Path, *words: str) -> list[str]:
    """What may stand in the place of the last word, by the protocol of bash: each with its type."""
    line = ["backfill-tui", *words]
    asked = {
        "COMP_WORDS": "\n".join(line),
        "COMP_CWORD": str(len(line) - 1),
        "_BACKFILL_TUI_COMPLETE": "bash_complete",
    }
    done = subprocess.run(
        [PROGRAM], cwd=folder, env={**ENV, **asked}, capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_verbs_and_the_plans_of_this_folder_come_first(folder: Path) -> None:
    found = offered(folder, "")
    assert {"plain,status", "plain,doctor", "plain,backfill.yaml", "plain,other.yml"} <= set(found)
    assert "plain,notes.txt" not in found
    assert "plain,dashboard" not in found
    assert offered(folder, "stat") == ["plain,status"]


def test_phases_come_from_the_plan_here(folder: Path) -> None:
    assert offered(folder, "launch", "team") == ["plain,team_offense", "plain,team_defense"]


def test_phases_come_from_the_plan_that_was_named(folder: Path) -> None:
    assert offered(folder, "retry", "other.yml", "") == ["plain,only_one"]
    assert offered(folder, "run", "other.yml", "--until", "") == ["plain,only_one"]


@pytest.mark.parametrize("verb", ["validate", "launch", "retry", "stop", "accept"])
def test_every_verb_about_a_phase_knows_them(folder: Path, verb: str) -> None:
    assert "plain,player_summary" in offered(folder, verb, "")


def test_a_phase_that_was_named_is_not_offered_again(folder: Path) -> None:
    assert offered(folder, "validate", "team_offense", "team") == ["plain,team_defense"]


def test_the_demos_nights_are_offered(folder: Path) -> None:
    found = offered(folder, "demo", "--scenario", "un")
    assert found == ["plain,unattended-night", "plain,unattended-broken"]


def test_an_option_before_the_verb_is_in_nobodys_way(folder: Path) -> None:
    assert offered(folder, "--state-dir", "x", "launch", "pl") == ["plain,player_summary"]


def test_behind_a_plan_the_dashboards_options_come(folder: Path) -> None:
    assert offered(folder, "backfill.yaml", "--au") == ["plain,--auto"]
    assert offered(folder, "--au") == ["plain,--auto"]
    assert "plain,--version" in offered(folder, "--v")


def test_files_are_left_to_the_shell(folder: Path) -> None:
    assert offered(folder, "inspect", "no") == ["file,no"]
    assert offered(folder, "launch", "sub/no") == ["file,sub/no"]


def test_a_plan_with_mistakes_still_tells_its_phases(folder: Path) -> None:
    (folder / "backfill.yaml").write_text("plan: t\nphases:\n  fix: {lgo: x}\n")
    assert offered(folder, "launch", "f") == ["plain,fix"]


@pytest.mark.parametrize("text", ["", "phases: [a, b]\n", "{{{", "phases:\n", "plan: t\n"])
def test_what_is_no_plan_offers_no_phases_and_says_nothing(folder: Path, text: str) -> None:
    (folder / "backfill.yaml").write_text(text)
    assert offered(folder, "launch", "fi") == ["file,fi"]


def test_without_a_plan_nothing_goes_wrong(tmp_path: Path) -> None:
    assert offered(tmp_path, "launch", "") == ["file"] or offered(tmp_path, "launch", "") == ["file,"]


def test_neither_screen_nor_warehouse_is_loaded_for_it(folder: Path) -> None:
    code = (
        "import sys; from backfill_tui.cli import run; run([]); heavy = ('textual', 'duckdb', 'pydantic', 'numpy', "
        "'psutil', 'google', 'sqlglot'); sys.exit(any(m.split('.')[0] in heavy for m in sys.modules))"
    )
    asked = {"COMP_WORDS": "backfill-tui\nlaunch\n", "COMP_CWORD": "2", "_BACKFILL_TUI_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env={**ENV, **asked}, capture_output=True, text=True, check=False
    )
    assert "team_offense" in done.stdout
    assert done.returncode == 0


def test_a_key_costs_less_than_a_person_notices(folder: Path) -> None:
    """In processor time, which other tests beside this one do not add to; about 0.08 s."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        offered(folder, "launch", "team")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(once() for _ in range(5)) < 0.3


def script(shell: str) -> str:
    done = subprocess.run([PROGRAM, "completion", shell], capture_output=True, text=True, check=True, env=ENV)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script_that_it_can_read(shell: str, tmp_path: Path) -> None:
    text = script(shell)
    assert "_BACKFILL_TUI_COMPLETE" in text
    assert "backfill-tui" in text
    if (program := shutil.which(shell)) is not None:
        (tmp_path / "script").write_text(text)
        subprocess.run([program, "-n", tmp_path / "script"], check=True)


def test_an_unknown_shell_is_wrong_usage() -> None:
    done = subprocess.run([PROGRAM, "completion", "tcsh"], capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert "zsh" in done.stderr


def test_an_unknown_instruction_is_wrong_usage() -> None:
    environ = {**ENV, "_BACKFILL_TUI_COMPLETE": "tcsh_complete"}
    done = subprocess.run([PROGRAM], capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 64


def test_a_tab_in_a_real_bash_completes_a_phase(folder: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    (folder / "script").write_text(script("bash"))
    environ = {name: value for name, value in ENV.items() if name not in {"COLUMNS", "LINES", "BASH_ENV"}}
    shell: pexpect.spawn[str] = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "-i"],
        cwd=str(folder),
        env={**environ, "PS1": "ready> "},
        encoding="utf-8",
        timeout=20,
        dimensions=(24, 200),
    )
    try:
        shell.expect_exact("ready> ")
        shell.sendline(
            "bind 'set enable-bracketed-paste off'; source ./script; backfill-tui() { echo ran \"$@\"; }"
        )
        shell.expect_exact("ready> ")
        shell.send("backfill-tui lau\tpl\t")
        shell.expect_exact("launch player_summary ")
        shell.sendline("")
        shell.expect("ran launch player_summary")
    finally:
        shell.close(force=True)
