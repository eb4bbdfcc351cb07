"""What plans tell each other about what they write: with real files, processes, locks and races."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from backfill_tui.control.launch.registry import (
    Claim,
    Coming,
    Registry,
    RegistryError,
    Told,
    fingerprint_of,
    on_the_same_days,
    registry_folder,
)
from backfill_tui.plan.resolved import Warehouse
from backfill_tui.sources.presence import Identity
from tests.control.launch.processes import SLEEP, Start, locked, python, starting

YEARS = (date(2021, 10, 19), date(2026, 1, 2))
FIX = (date(2021, 10, 1), date(2024, 5, 1))
LATER = (date(2026, 1, 3), date(2026, 2, 1))
GONE = Identity("another boot", 1, 0.0)
READY = f"print('ready', flush=True); {SLEEP}"


def telling(claims: Iterable[Claim], coming: Iterable[Coming] = ()) -> Callable[[], Told]:
    """What a process would tell at any moment."""
    told = tuple(claims), tuple(coming)
    return lambda: told


TELLING = """
import sys
from pathlib import Path
from pydantic import TypeAdapter
from backfill_tui.control.launch.registry import Claim, Registry
claim = TypeAdapter(Claim).validate_json(sys.argv[3])
assert Registry(Path(sys.argv[1])).publish(Path(sys.argv[2]), lambda: ((claim,), ())) is None
print("told", flush=True)
sys.stdin.readline()
"""
RACING = """
import sys
from pathlib import Path
from backfill_tui.control.launch.registry import Claim, Registry, on_the_same_days
registry, plan = Registry(Path(sys.argv[1])), Path(sys.argv[2])
claim = Claim(plan.stem, plan, plan.parent, "p", "d.t")
print("ready", flush=True)
sys.stdin.readline()
with registry.claiming():
    free = not on_the_same_days(registry.others(plan).claims, table="d.t", warehouse=None, dates=None)
    if free:
        assert registry.publish(plan, lambda: ((claim,), ())) is None
print("mine" if free else "taken", flush=True)
sys.stdin.readline()
"""
HOLDING = """
import sys
from pathlib import Path
from backfill_tui.control.launch.registry import Registry
with Registry(Path(sys.argv[1])).claiming():
    print("held", flush=True)
    sys.stdin.read()
"""
IN_A_SMALL_WORLD = """
mount -t tmpfs none "$1" && mkdir -p "$1/writers" && mount -o remount,ro "$1"
exec "$2" -c '
import sys
from pathlib import Path
from backfill_tui.control.launch.registry import Registry, RegistryError, Claim
registry, plan = Registry(Path(sys.argv[1], "writers")), Path("/plan.yaml")
print(registry.others(plan).problem)
print(registry.publish(plan, lambda: ((Claim("p", plan, plan, "p", "t"),), ())))
try:
    with registry.claiming(): print("claimed")
except RegistryError as error:
    print(error)
' "$1"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "writers"


@pytest.fixture
def registry(folder: Path) -> Registry:
    return Registry(folder)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine" / "backfill.yaml"


@pytest.fixture
def yours(tmp_path: Path) -> Path:
    return tmp_path / "yours" / "backfill.yaml"


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as start:
        yield start


def claim_of(plan: Path, identity: Identity | None = None, **more: object) -> Claim:
    values = {"plan": "night", "plan_path": plan, "state_dir": plan.parent, "phase": "fix", "table": "d.t", **more}
    return Claim(**values, identity=identity)  # type: ignore[arg-type]


def told_by_another(folder: Path, plan: Path, claim: Claim, *, living: bool) -> subprocess.Popen[str]:
    """Another process tells of a claim, and ends or goes on living."""
    words = [*python(TELLING), str(folder), str(plan), TypeAdapter(Claim).dump_json(claim).decode()]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert said(process) == "told"
    if not living:
        end(process)
    return process


def end(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait(20)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_live_writer_of_another_plan_is_told_whole(
    registry: Registry, mine: Path, yours: Path, start: Start
) -> None:
    job = start(*python(READY))
    claim = claim_of(yours, job.identity, dates=FIX, warehouse="duckdb /w", run_folder=yours.parent / "runs/fix.1")
    assert registry.publish(yours, telling([claim])) is None
    told = registry.others(mine)
    assert (told.claims, told.coming, told.problem) == ((claim,), (), None)


def test_a_plans_own_claims_are_not_anothers_whatever_it_is_called_by(
    registry: Registry, mine: Path, start: Start
) -> None:
    job = start(*python(READY))
    mine.parent.mkdir()
    mine.touch()
    link = mine.with_name("link.yaml")
    link.symlink_to(mine)
    registry.publish(mine, telling([claim_of(mine, job.identity)]))
    assert registry.others(mine).claims == ()
    assert registry.others(link).claims == ()
    assert registry.others(mine.parent / ".." / "mine" / mine.name).claims == ()
    registry.publish(link, telling([]))
    assert registry.others(mine.with_name("other.yaml")).claims == ()


def test_a_writer_that_has_ended_is_told_no_more(registry: Registry, mine: Path, yours: Path, start: Start) -> None:
    job = start(*python(READY))
    recycled = replace(job.identity, since_boot_s=1.0)
    registry.publish(
        yours, telling([claim_of(yours, job.identity), claim_of(yours, GONE), claim_of(yours, recycled)])
    )
    assert [claim.identity for claim in registry.others(mine).claims] == [job.identity]
    job.process.kill()
    os.waitid(os.P_PID, job.pid, os.WEXITED | os.WNOWAIT)
    assert registry.others(mine).claims == ()


def test_a_writer_outlives_whoever_told_of_it(
    registry: Registry, folder: Path, mine: Path, yours: Path, start: Start
) -> None:
    job = start(*python(READY))
    told_by_another(folder, yours, claim_of(yours, job.identity), living=False)
    assert [claim.identity for claim in registry.others(mine).claims] == [job.identity]


def test_what_is_being_started_lives_as_long_as_whoever_starts_it(
    registry: Registry, folder: Path, mine: Path, yours: Path
) -> None:
    launching = told_by_another(folder, yours, claim_of(yours), living=True)
    assert registry.others(mine).claims == (claim_of(yours),)
    launching.send_signal(signal.SIGKILL)
    end(launching)
    assert registry.others(mine).claims == ()


def test_a_lock_that_a_grandchild_holds_keeps_its_claim(
    registry: Registry, folder: Path, mine: Path, yours: Path, start: Start
) -> None:
    run = yours.parent / "runs" / "fix.1"
    with locked(run) as lock:
        heir = start(*python(READY), pass_fds=[lock])
    claims = [claim_of(yours, GONE, run_folder=run), claim_of(yours, run_folder=run, phase="starting")]
    told_by_another(folder, yours, claims[0], living=False)
    assert registry.others(mine).claims == (claims[0],)
    told_by_another(folder, yours, claims[1], living=False)
    assert set(registry.others(mine).claims) == set(claims)
    heir.process.kill()
    heir.process.wait(20)
    assert registry.others(mine).claims == ()


def test_a_dashboard_that_has_not_seen_a_launch_does_not_take_its_claim_away(
    registry: Registry, folder: Path, mine: Path, yours: Path, start: Start
) -> None:
    old, new = start(*python(READY)), start(*python(READY))
    launched = claim_of(yours, new.identity, phase="new")
    told_by_another(folder, yours, launched, living=False)
    registry.publish(yours, telling([claim_of(yours, old.identity)]))
    assert set(registry.others(mine).claims) == {launched, claim_of(yours, old.identity)}
    registry.publish(yours, telling([]))
    assert registry.others(mine).claims == (launched,)


def test_one_phase_told_of_by_two_processes_is_told_once_with_its_process(
    registry: Registry, folder: Path, mine: Path, yours: Path, start: Start
) -> None:
    job = start(*python(READY))
    launching = told_by_another(folder, yours, claim_of(yours), living=True)
    registry.publish(yours, telling([claim_of(yours, job.identity)]))
    assert registry.others(mine).claims == (claim_of(yours, job.identity),)
    end(launching)


def test_what_a_live_run_will_start_is_told_until_it_ends(
    registry: Registry, mine: Path, yours: Path, start: Start
) -> None:
    run = start(*python(READY))
    coming = Coming("night", yours, "fix", "d.t", by=run.identity, dates=FIX)
    registry.publish(yours, telling([], [coming]))
    assert registry.others(mine).coming == (coming,)
    assert registry.others(yours).coming == ()
    Registry(registry.folder).publish(yours, telling([]))  # a dashboard of that plan, which starts nothing
    assert registry.others(mine).coming == (coming,)
    run.process.kill()
    run.process.wait(20)
    assert registry.others(mine).coming == ()


def test_what_has_not_changed_is_not_written_again(
    registry: Registry, folder: Path, yours: Path, start: Start
) -> None:
    jobs = [start(*python(READY)) for _ in range(2)]
    claims = [claim_of(yours, job.identity, phase=f"p{i}", dates=YEARS) for i, job in enumerate(jobs)]
    told_by_another(folder, yours, claims[0], living=False)
    registry.publish(yours, telling(claims))
    (file,) = folder.glob("*.json")
    written = file.stat().st_ino
    with Registry(folder).claiming():  # nobody needs the lock to find that nothing has changed
        assert registry.publish(yours, telling(reversed(claims))) is None
    assert file.stat().st_ino == written
    registry.publish(yours, telling(claims[:1]))
    assert [kept["claim"]["phase"] for kept in json.loads(file.read_bytes())["claims"]] == ["p0"]


def test_a_job_that_many_short_commands_tell_of_is_kept_once_as_the_last_has_told(
    registry: Registry, folder: Path, mine: Path, yours: Path, start: Start
) -> None:
    job = start(*python(READY))
    for dates in (None, None, FIX):
        told_by_another(folder, yours, claim_of(yours, job.identity, dates=dates), living=False)
    (file,) = folder.glob("*.json")
    assert len(json.loads(file.read_bytes())["claims"]) == 1
    assert [claim.dates for claim in registry.others(mine).claims] == [FIX]


def test_what_is_left_of_plans_that_are_gone_is_removed_by_the_next_that_writes(
    registry: Registry, folder: Path, mine: Path, yours: Path, start: Start
) -> None:
    told_by_another(folder, yours, claim_of(yours), living=False)
    assert len(list(folder.glob("*.json"))) == 1
    registry.publish(mine, telling([claim_of(mine, start(*python(READY)).identity)]))
    assert [json.loads(file.read_bytes())["claims"][0]["claim"]["plan_path"] for file in folder.glob("*.json")] == [
        str(mine)
    ]
    registry.publish(mine, telling([]))
    assert [path.name for path in folder.iterdir()] == [".lock"]


def test_of_two_plans_that_claim_at_once_one_gets_it(folder: Path, tmp_path: Path) -> None:
    racers = [
        subprocess.Popen(
            [*python(RACING), folder, tmp_path / f"{i}.yaml"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(4)
    ]
    try:
        assert [said(racer) for racer in racers] == ["ready"] * 4
        for racer in racers:
            go(racer)
        assert sorted(said(racer) for racer in racers) == ["mine", *["taken"] * 3]
    finally:
        for racer in racers:
            end(racer)


def test_whoever_claims_may_tell_meanwhile(registry: Registry, mine: Path, yours: Path) -> None:
    with registry.claiming(), registry.claiming():
        assert registry.publish(yours, telling([claim_of(yours)])) is None
        assert registry.others(mine).claims == (claim_of(yours),)
    with Registry(registry.folder).claiming():  # it was let go of
        pass


def test_threads_claim_one_after_the_other(registry: Registry, yours: Path) -> None:
    inside, together = threading.Semaphore(1), []

    def claim() -> None:
        with registry.claiming():
            together.append(inside.acquire(blocking=False))
            registry.publish(yours, telling([claim_of(yours)]))
            inside.release()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert together == [True] * 8


def test_a_lock_that_is_not_let_go_of_is_a_sentence_and_ends_with_its_holder(
    registry: Registry, folder: Path, mine: Path, yours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfill_tui.control.launch.registry._CLAIM_WAIT_S", 0.1)
    holder = subprocess.Popen([*python(HOLDING), folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert said(holder) == "held"
        with (
            pytest.raises(RegistryError, match=r"held the registry's lock for more than 0\.1 s"),
            registry.claiming(),
        ):
            pytest.fail("it was claimed")
        assert "has held the registry's lock" in (registry.publish(yours, telling([claim_of(yours)])) or "")
        assert registry.others(mine).problem is None
        os.kill(holder.pid, signal.SIGKILL)
    finally:
        end(holder)
    with registry.claiming():
        assert registry.publish(yours, telling([claim_of(yours)])) is None


def test_a_folder_that_is_removed_while_it_is_used_is_made_anew(
    registry: Registry, folder: Path, yours: Path
) -> None:
    registry.publish(yours, telling([claim_of(yours)]))
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert registry.others(yours).problem is None
    assert registry.publish(yours, telling([claim_of(yours)])) is None
    assert len(list(folder.glob("*.json"))) == 1


def test_the_folder_and_its_files_are_for_this_user_only(registry: Registry, folder: Path, yours: Path) -> None:
    before = os.umask(0o002)
    try:
        registry.publish(yours, telling([claim_of(yours)]))
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"version": 1, "claims": [{}]}', b'{"version": "2"}']
)
def test_a_garbled_file_is_a_problem_to_others_and_made_anew_by_its_own(
    registry: Registry, folder: Path, mine: Path, yours: Path, content: bytes
) -> None:
    registry.publish(yours, telling([claim_of(yours)]))
    (file,) = folder.glob("*.json")
    file.write_bytes(content)
    told = registry.others(mine)
    assert told.claims == ()
    assert told.problem == (
        f"{file}: is not as it was written, so what that plan writes can't be told."
        " Remove it; its plan makes it anew when it is looked at."
    )
    assert registry.publish(mine, telling([claim_of(mine)])) is None
    assert file.exists()
    assert registry.publish(yours, telling([claim_of(yours)])) is None
    assert registry.others(mine).claims == (claim_of(yours),)


def test_a_file_of_a_newer_version_is_a_problem_and_left_alone(
    registry: Registry, folder: Path, mine: Path, yours: Path, start: Start
) -> None:
    registry.publish(yours, telling([claim_of(yours)]))
    (file,) = folder.glob("*.json")
    file.write_text('{"version": 2, "writers": []}', encoding="utf-8")
    assert "newer version of backfill-tui (form 2, this one has 1)" in (registry.others(mine).problem or "")
    assert "newer version" in (registry.publish(yours, telling([claim_of(yours)])) or "")
    registry.publish(mine, telling([claim_of(mine)]))
    assert json.loads(file.read_bytes()) == {"version": 2, "writers": []}


def test_one_bad_file_does_not_hide_the_others(registry: Registry, folder: Path, mine: Path, yours: Path) -> None:
    registry.publish(yours, telling([claim_of(yours)]))
    (folder / "0.json").mkdir()
    told = registry.others(mine)
    assert told.claims == (claim_of(yours),)
    assert "0.json: it can't be read (Is a directory)" in (told.problem or "")


def test_a_registry_that_can_not_be_made_is_a_sentence(tmp_path: Path, mine: Path) -> None:
    (tmp_path / "file").touch()
    registry = Registry(tmp_path / "file" / "writers")
    assert registry.others(mine).problem is not None
    problem = registry.publish(mine, telling([claim_of(mine)]))
    assert problem is not None
    assert "XDG_STATE_HOME" in problem
    with pytest.raises(RegistryError, match="XDG_STATE_HOME"), registry.claiming():
        pytest.fail("it was claimed")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_where_nobody_can_tell_anything_silence_is_a_problem(tmp_path: Path) -> None:
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", IN_A_SMALL_WORLD, "sh", tmp_path, sys.executable],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if not done.stdout:
        pytest.skip("no disk may be mounted here")
    others, published, claimed = done.stdout.splitlines()
    assert others.startswith(
        f"{tmp_path / 'writers'}: it can't be written, so other plans can't tell what they write."
    )
    assert "Read-only file system" in published
    assert "Read-only file system" in claimed


def test_a_registry_that_nobody_has_used_tells_of_nobody_and_stays_unmade(tmp_path: Path, mine: Path) -> None:
    registry = Registry(tmp_path / "a" / "b")
    assert (registry.others(mine).claims, registry.others(mine).problem) == ((), None)
    assert registry.publish(mine, telling([])) is None
    assert not (tmp_path / "a").exists()


def test_paths_that_are_not_utf_8_are_a_sentence(registry: Registry, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"\xff.yaml")
    assert "not UTF-8" in (registry.publish(odd, telling([claim_of(odd)])) or "")


def test_the_folder_is_where_the_xdg_base_directories_say() -> None:
    below = Path("backfill-tui", "writers")
    assert registry_folder({"XDG_STATE_HOME": "/s", "HOME": "/h"}) == "/s" / below
    for ignored in ("", "relative"):
        assert registry_folder({"XDG_STATE_HOME": ignored, "HOME": "/h"}) == Path("/h/.local/state") / below
    assert registry_folder({}) == Path("~").expanduser() / ".local" / "state" / below
    assert Registry.of_user({"XDG_STATE_HOME": "/s"}).folder == "/s" / below


def test_no_test_uses_the_users_own_registry(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert registry_folder(os.environ).is_relative_to(tmp_path_factory.getbasetemp())


def bigquery(project: str | None, endpoint: str | None = None) -> Warehouse:
    return Warehouse("bigquery", project=project, api_endpoint=endpoint)


def same(one: tuple[str, Warehouse | None], other: tuple[str, Warehouse | None]) -> bool:
    claim = claim_of(Path("/p"), table=other[0], warehouse=fingerprint_of(other[1]))
    return on_the_same_days([claim], table=one[0], warehouse=fingerprint_of(one[1]), dates=None) == (claim,)


def test_a_table_is_the_same_where_name_and_warehouse_are(tmp_path: Path) -> None:
    here, there = Warehouse("duckdb", path=tmp_path / "a"), Warehouse("duckdb", path=tmp_path / "b")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert same(("d.t", here), ("d.t", Warehouse("duckdb", path=tmp_path / "link")))
    assert not same(("d.t", here), ("d.t", there))
    assert not same(("d.t", here), ("d.u", here))
    assert not same(("d.t", here), ("d.t", bigquery("p")))
    assert same(("d.t", bigquery("p")), ("d.t", bigquery("p", "https://bigquery.googleapis.com/")))
    assert not same(("d.t", bigquery("p")), ("d.t", bigquery("p", "http://127.0.0.1:9050")))
    assert not same(("d.t", bigquery("p")), ("d.t", bigquery("q")))


def test_a_warehouse_that_is_not_known_may_be_any(tmp_path: Path) -> None:
    for unknown in (None, bigquery(None)):
        assert same(("d.t", unknown), ("d.t", bigquery("p")))
        assert same(("d.t", Warehouse("duckdb", path=tmp_path)), ("d.t", unknown))
        assert not same(("d.t", unknown), ("d.u", unknown))


def test_a_project_in_the_tables_name_counts_before_the_plans() -> None:
    assert same(("`shared.d.t`", bigquery("p")), ("shared.d.t", bigquery("q")))
    assert same(("p.d.t", bigquery("q")), ("d.t", bigquery("p")))
    assert same(("example.com:p.d.t", bigquery("q")), ("d.t", bigquery("example.com:p")))
    assert not same(("p.d.t", bigquery("q")), ("d.t", bigquery("q")))


def test_only_days_in_common_are_in_the_way_and_days_that_are_not_known_may_be_any() -> None:
    known, unknown = claim_of(Path("/p"), dates=FIX), claim_of(Path("/p"))

    def found(dates: tuple[date, date] | None) -> tuple[Claim, ...]:
        return on_the_same_days([known, unknown], table="d.t", warehouse=None, dates=dates)

    assert found(YEARS) == (known, unknown)
    assert found(LATER) == (unknown,)
    assert found(None) == (known, unknown)
