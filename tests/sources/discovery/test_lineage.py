"""One entry a job: neither its workers nor the programs that only started it."""

import shlex

import pytest

from backfill_tui.sources.discovery.command_line import read_command
from backfill_tui.sources.discovery.lineage import GRACE_S, Carrier, jobs_among
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import Entry

RANGE = "--start-date 2022-01-01 --end-date 2022-12-31"
JANUARY = "--start-date 2022-01-01 --end-date 2022-01-31"


def carriers(*lines: tuple[int, int, str]) -> list[Carrier]:
    """Processes by number, parent and command line; started in the order of their numbers."""
    parents = {pid: parent for pid, parent, _ in lines}
    made = []
    for pid, parent, line in lines:
        words = tuple(shlex.split(line))
        told = read_command(words)
        if told is None:
            continue
        above, at = [], parent
        while at in parents:
            above.append(at)
            at = parents[at]
        made.append(
            Carrier(
                Entry(Identity("b", pid, float(pid), float(pid)), above[0] if above else 1, words),
                told,
                tuple(above),
            )
        )
    return made


def jobs(*lines: tuple[int, int, str], age_s: float = 60.0) -> list[int]:
    return [job.entry.pid for job in jobs_among(carriers(*lines), age_s=lambda _: age_s).jobs]


@pytest.mark.parametrize(
    "wrapper",
    ["sudo -u etl", "timeout 8h", "nice -n 10", "poetry run", "uv run", "python3 /usr/bin/poetry run", "flock lock",
     "bash run.sh", "python -m launcher", "make backfill"],
)  # fmt: skip
def test_a_wrapper_is_not_the_job(wrapper: str) -> None:
    assert jobs((10, 1, f"{wrapper} python job.py {RANGE}"), (11, 10, f"python job.py {RANGE}")) == [11]


def test_a_chain_of_wrappers_leads_to_one_job() -> None:
    lines = (
        (10, 1, f"sudo timeout 8h python job.py {RANGE}"),
        (11, 10, f"timeout 8h python job.py {RANGE}"),
        (12, 11, f"python job.py {RANGE}"),
    )
    assert jobs(*lines) == [12]


def test_workers_that_are_copies_of_their_parent_are_one_job() -> None:
    copies = [(pid, 10, f"python job.py {RANGE}") for pid in range(11, 26)]
    assert jobs((10, 1, f"python job.py {RANGE}"), *copies) == [10]


def test_a_job_in_a_shells_pipeline_is_found_below_the_copy_of_the_shell() -> None:
    lines = ((10, 1, f"bash run.sh {RANGE}"), (11, 10, f"bash run.sh {RANGE}"), (12, 11, f"python job.py {RANGE}"))
    assert jobs(*lines) == [12]


def test_shards_of_one_program_are_one_job() -> None:
    shards = [(pid, 10, f"python job.py {RANGE} --shard {pid}") for pid in range(11, 15)]
    assert jobs((10, 1, f"python job.py {RANGE}"), *shards) == [10]


def test_a_driver_of_months_is_the_job_and_a_month_is_not() -> None:
    assert jobs((10, 1, f"bash all.sh {RANGE}"), (11, 10, f"python job.py {JANUARY}")) == [10]


def test_an_orchestrator_of_several_programs_is_none_of_them() -> None:
    lines = ((10, 1, f"bash night.sh {RANGE}"), (11, 10, f"python a.py {RANGE}"), (12, 10, f"python b.py {RANGE}"))
    assert jobs(*lines) == [11, 12]


def test_a_process_in_between_that_names_no_range_does_not_part_them() -> None:
    lines = ((10, 1, f"sudo python job.py {RANGE}"), (11, 10, "bash -l"), (12, 11, f"python job.py {RANGE}"))
    assert jobs(*lines) == [12]


def test_two_jobs_of_one_shell_are_two() -> None:
    assert jobs((10, 1, "bash"), (11, 10, f"python a.py {RANGE}"), (12, 10, f"python a.py {JANUARY}")) == [11, 12]


def test_a_wrapper_that_has_just_begun_is_waited_for_and_an_old_one_does_the_work_itself() -> None:
    line = (10, 1, f"coverage run job.py {RANGE}")
    assert jobs(line, age_s=GRACE_S / 2) == []
    assert jobs(line, age_s=GRACE_S * 2) == [10]


def test_what_once_led_to_a_job_is_none_when_that_has_ended() -> None:
    both = carriers((10, 1, f"bash night.sh {RANGE}"), (11, 10, f"python a.py {RANGE}"))
    first = jobs_among(both, age_s=lambda _: 60.0)
    later = jobs_among(both[:1], age_s=lambda _: 60.0, before=first.wrappers)
    assert later.jobs == ()
    assert jobs_among([], age_s=lambda _: 60.0, before=later.wrappers).wrappers == frozenset()
