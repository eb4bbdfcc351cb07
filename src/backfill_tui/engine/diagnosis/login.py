"""Whether what is started from here outlives this login: where it is kept, and what a logout ends.

By systemd's logind.conf(5): a session's processes are killed at its end if KillUserProcesses says so, KillOnlyUsers
is empty or names the user, and KillExcludeUsers does not. By user@.service(5): a user's own service manager ends
with the user's last login, and all that it keeps, unless the user lingers.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backfill_tui.engine.diagnosis.finding import Finding, Level

AREA = "login"

_WITHIN_S = 3.0
_ASKED = ("KillUserProcesses", "KillOnlyUsers", "KillExcludeUsers")
_BOOTED = Path("/run/systemd/system")  # sd_booted(3)
_LINGERING = Path("/var/lib/systemd/linger")
_OWN_GROUP = Path("/proc/self/cgroup")


@dataclass(frozen=True, slots=True)
class LoginSeen:
    """A login. `user` is whose it is, which `sudo` does not change; `group` this process's control group, or empty.

    `managed`: something here ends processes at a logout. `kills`: whether it is set to; None: it does not say.
    """

    user: str
    group: str
    managed: bool
    kills: bool | None = None
    only: frozenset[str] = field(default_factory=frozenset)
    spared: frozenset[str] = field(default_factory=frozenset)
    lingers: bool = False

    @property
    def killed(self) -> bool | None:
        """Whether a logout ends this user's processes that belong to the session."""
        if self.user in self.spared or (self.only and self.user not in self.only):
            return False
        return self.kills


def login_seen(environ: Mapping[str, str]) -> LoginSeen:
    """This login, as the system tells of it."""
    told, group = _told(environ), group_of(_read(_OWN_GROUP))
    user = _name(owner_of(group))
    return LoginSeen(
        user=user,
        group=group,
        managed=told is not None or _BOOTED.is_dir(),
        kills={"yes": True, "no": False}.get((told or {}).get("KillUserProcesses", "")),
        only=frozenset((told or {}).get("KillOnlyUsers", "").split()),
        spared=frozenset((told or {}).get("KillExcludeUsers", "").split()),
        lingers=(_LINGERING / user).exists(),
    )


def group_of(text: str) -> str:
    """The control group of systemd's own hierarchy, of what /proc/PID/cgroup has; empty if there is none."""
    groups = dict(_hierarchy(line) for line in text.splitlines() if line.count(":") >= 2)
    return groups.get("name=systemd") or groups.get("") or ""


def owner_of(group: str) -> int:
    """The number of the user whose login a control group belongs to; this process's where it belongs to none."""
    found = re.search(r"/user-(\d+)\.slice(/|$)", group)
    return int(found[1]) if found else os.getuid()


def login_findings(seen: LoginSeen) -> Iterator[Finding]:
    """Whether jobs that are started from here outlive it."""
    if not seen.managed:
        yield Finding(AREA, Level.OK, "Nothing here ends processes at a logout: jobs outlive it.")
    elif "/user@" in seen.group:
        yield _of_own_manager(seen)
    elif re.search(r"/session-[^/]+\.scope", seen.group):
        yield _of_session(seen)
    elif service := re.search(r"/([^/]+\.service)(/|$)", seen.group):
        said = f"Kept by {service[1]}, not by a login: what is started from here ends with that service, if at all."
        yield Finding(AREA, Level.OK, said)
    else:
        yield Finding(AREA, Level.OK, "Not kept by a login: a logout ends nothing that is started from here.")


def _of_session(seen: LoginSeen) -> Finding:
    if seen.killed is None:
        return Finding(
            AREA,
            Level.UNKNOWN,
            "Whether a logout ends jobs that are started from here can't be told: logind does not say.",
            "See KillUserProcesses in /etc/systemd/logind.conf and logind.conf.d (docs/operations.md).",
        )
    if seen.killed:
        return Finding(
            AREA,
            Level.BAD,
            "A logout ends all jobs that are started from here (KillUserProcesses=yes), `run --detach`, too.",
            "Once: loginctl enable-linger. Then start under your own service manager: "
            "systemd-run --user --scope backfill-tui run",
        )
    return Finding(AREA, Level.OK, "A logout ends no jobs that are started from here.")


def _of_own_manager(seen: LoginSeen) -> Finding:
    if seen.lingers:
        return Finding(AREA, Level.OK, f"Kept by {seen.user}'s service manager, which stays after a logout.")
    return Finding(
        AREA,
        Level.BAD,
        f"Kept by {seen.user}'s service manager, which ends with the last login, and all jobs started from here.",
        "Once: loginctl enable-linger",
    )


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _told(environ: Mapping[str, str]) -> dict[str, str] | None:
    """What the login manager says of itself; None where there is none, or it does not answer."""
    program = shutil.which("loginctl", path=environ.get("PATH"))
    if program is None:
        return None
    wanted = [word for name in _ASKED for word in ("--property", name)]
    try:
        done = subprocess.run(  # noqa: S603 - a program of the system, asked about itself
            [program, "show-session", "--all", "--no-pager", *wanted],
            capture_output=True,
            text=True,
            timeout=_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def _hierarchy(line: str) -> tuple[str, str]:
    """A line `9:name=systemd:/user.slice/…`: which hierarchy, and the group in it."""
    _, controllers, group = line.split(":", 2)
    return controllers, group


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
