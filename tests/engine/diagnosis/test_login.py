"""Whether jobs outlive a login, by the rules of logind.conf(5); and a login manager that is asked as a process."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from backfill_tui.engine.diagnosis.finding import Level
from backfill_tui.engine.diagnosis.login import LoginSeen, group_of, login_findings, login_seen, owner_of

IN_SESSION = LoginSeen(
    user="alice",
    group="/user.slice/user-1000.slice/session-3.scope",
    managed=True,
    kills=False,
    spared=frozenset({"root"}),
)
OWN_MANAGER = replace(IN_SESSION, group="/user.slice/user-1000.slice/user@1000.service/app.slice/vte.scope")


def level(seen: LoginSeen) -> Level:
    (one,) = login_findings(seen)
    assert (one.mend is None) == (one.level is Level.OK)
    return one.level


def test_jobs_of_a_session_outlive_it_where_logind_kills_nobody() -> None:
    assert level(IN_SESSION) is Level.OK


def test_kill_user_processes_is_bad_and_the_way_around_it_is_named() -> None:
    (one,) = login_findings(replace(IN_SESSION, kills=True))
    assert one.level is Level.BAD
    assert one.mend is not None
    assert "loginctl enable-linger" in one.mend
    assert "systemd-run --user --scope" in one.mend


def test_lingering_alone_does_not_save_what_belongs_to_the_session() -> None:
    assert level(replace(IN_SESSION, kills=True, lingers=True)) is Level.BAD


@pytest.mark.parametrize(
    ("only", "spared", "expected"),
    [
        ({"bob"}, {"root"}, Level.OK),  # others only are killed
        ({"alice"}, {"root"}, Level.BAD),
        (set(), {"root", "alice"}, Level.OK),  # this one is spared
        ({"alice"}, {"alice"}, Level.OK),  # sparing comes first
    ],
)
def test_users_who_are_named_are_told_apart(only: set[str], spared: set[str], expected: Level) -> None:
    seen = replace(IN_SESSION, kills=True, only=frozenset(only), spared=frozenset(spared))
    assert level(seen) is expected


def test_a_logind_that_does_not_say_is_unknown_not_well() -> None:
    assert level(replace(IN_SESSION, kills=None)) is Level.UNKNOWN


def test_a_users_own_service_manager_ends_with_the_last_login_unless_the_user_lingers() -> None:
    assert level(OWN_MANAGER) is Level.BAD
    assert level(replace(OWN_MANAGER, lingers=True)) is Level.OK


def test_what_is_started_under_it_by_hand_is_kept_by_it_too() -> None:
    scope = "/user.slice/user-1000.slice/user@1000.service/app.slice/run-r12.scope"
    assert level(replace(IN_SESSION, group=scope, kills=True, lingers=True)) is Level.OK


def test_a_system_service_belongs_to_no_login() -> None:
    assert level(replace(IN_SESSION, group="/system.slice/backfill.service", kills=True)) is Level.OK


def test_without_a_login_manager_nothing_ends_jobs() -> None:
    assert level(LoginSeen(user="alice", group="/", managed=False)) is Level.OK


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("0::/user.slice/user-1000.slice/session-3.scope\n", "/user.slice/user-1000.slice/session-3.scope"),
        ("3:cpu:/\n1:name=systemd:/system.slice/x.service\n0::/\n", "/system.slice/x.service"),
        ("0::/a:b\n", "/a:b"),
        ("", ""),
    ],
)
def test_the_control_group_is_that_of_systemds_hierarchy(text: str, group: str) -> None:
    assert group_of(text) == group


def test_a_login_is_its_owners_whoever_one_has_become_since() -> None:
    assert owner_of("/user.slice/user-1000.slice/session-3.scope") == 1000
    assert owner_of("/system.slice/x.service") == os.getuid()


def programs(folder: Path, script: str) -> dict[str, str]:
    program = folder / "loginctl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def test_the_login_manager_is_asked_for_what_it_really_does(tmp_path: Path) -> None:
    environ = programs(
        tmp_path, 'echo "$@" > "$(dirname "$0")/asked"; printf "%s\\n" KillUserProcesses=yes KillExcludeUsers=root'
    )
    seen = replace(login_seen(environ), user="alice")
    assert seen.managed
    assert seen.killed is True
    assert replace(seen, user="root").killed is False
    asked = (tmp_path / "asked").read_text().split()
    assert asked[0] == "show-session"
    assert "KillUserProcesses" in asked


def test_a_login_manager_that_fails_has_said_nothing(tmp_path: Path) -> None:
    seen = login_seen(programs(tmp_path, "echo KillUserProcesses=no; exit 1"))
    assert seen.kills is None
