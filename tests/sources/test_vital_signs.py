"""Bodies of real processes, and the counters of kills for memory as the kernel writes them."""

import subprocess
import sys
from pathlib import Path

import pytest

from backfill_tui.sources.vital_signs import body_of, oom_counter, oom_kills

_CHILD = "held = bytearray(60_000_000); print(flush=True); import sys; sys.stdin.read()"
_SHELL = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_CHILD!r}])"


def test_the_body_of_a_shell_is_that_of_what_it_started() -> None:
    with subprocess.Popen([sys.executable, "-c", _SHELL], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as job:
        assert job.stdout is not None
        job.stdout.readline()
        body = body_of(job.pid)
        assert body is not None
        assert body.rss_bytes > 60_000_000
        assert body.cpu_s > 0
        job.communicate()
    assert body_of(job.pid) is None


def site(tmp_path: Path, group: str) -> dict[str, Path]:
    """A machine on which process 7 lives in a control group."""
    proc, groups = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "7").mkdir(parents=True)
    (proc / "7" / "cgroup").write_text(f"1:name=systemd:/\n0::{group}\n")
    groups.mkdir()
    return {"proc": proc, "groups": groups}


def test_kills_are_counted_in_the_nearest_group_that_counts_them(tmp_path: Path) -> None:
    machine = site(tmp_path, "/user.slice/session-3.scope")
    near = machine["groups"] / "user.slice" / "memory.events"
    near.parent.mkdir()
    near.write_text("low 0\noom 2\noom_kill 2\noom_group_kill 0\n")
    assert oom_counter(7, **machine) == near
    assert oom_kills(near) == 2


@pytest.mark.parametrize("group", ["/none", "/../../etc"])
def test_the_machine_counts_where_no_group_does(tmp_path: Path, group: str) -> None:
    machine = site(tmp_path, group)
    assert oom_counter(7, **machine) is None
    (machine["proc"] / "vmstat").write_text("pgfault 9\noom_kill 5\n")
    counter = oom_counter(7, **machine)
    assert counter is not None
    assert oom_kills(counter) == 5


@pytest.mark.parametrize("text", ["", "oom_kill many\n", "oom 3\n"])
def test_what_does_not_tell_is_not_known(tmp_path: Path, text: str) -> None:
    file = tmp_path / "memory.events"
    assert oom_kills(file) is None
    file.write_text(text)
    assert oom_kills(file) is None
