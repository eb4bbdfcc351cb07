"""Who is on the roster as jobs come, end, go on as others, or turn out to have been none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from backfill_tui.engine.discovery import Roster
from backfill_tui.sources.discovery.command_line import Told
from backfill_tui.sources.discovery.finder import FoundJob, JobFinder
from backfill_tui.sources.presence import Identity

JANUARY = (date(2022, 1, 1), date(2022, 1, 31))
FEBRUARY = (date(2022, 2, 1), date(2022, 2, 28))
LOG = (Path("/x/load.log"),)


class Machine:
    """Whose processes live, by number."""

    def __init__(self, tmp_path: Path) -> None:
        self.living: set[int] = set()
        self.roster = Roster(JobFinder(proc=tmp_path), ZoneInfo("UTC"), lambda one: one.pid in self.living)

    def run(self, *jobs: FoundJob, beside: Sequence[int] = ()) -> list[str]:
        """These jobs run now; the names of everybody on the roster."""
        self.living = {job.identity.pid for job in jobs} | set(beside)
        self.roster.take(jobs)
        return [one.phase.name for one in self.roster.phases]


def job(pid: int, label: str = "load", **told: object) -> FoundJob:
    known = Told(program=f"{label}.py", place=1, dates=JANUARY)
    made = FoundJob(
        Identity("b", pid, float(pid), float(pid)), 1, known, label, ("python", f"{label}.py"), Path("/x")
    )
    return replace(made, **told)  # type: ignore[arg-type]


def of(one: FoundJob, dates: tuple[date, date]) -> FoundJob:
    return replace(one, told=replace(one.told, dates=dates))


def test_a_job_keeps_its_name_and_stays_when_it_has_ended(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    assert machine.run(job(1), job(2)) == ["load", "load-2"]
    assert machine.run(job(2), job(3, "other")) == ["load", "load-2", "other"]
    assert [name for name, _ in machine.roster.jobs] == ["load-2", "other"]


def test_a_process_that_becomes_the_job_is_called_by_that(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.run(job(1, "start_all"), job(2))
    assert machine.run(job(1, "prices"), job(2)) == ["load", "prices"]


def test_what_only_started_a_job_leaves_the_roster(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.run(job(1, "night"))
    assert machine.run(job(2), beside=[1]) == ["load"]


def test_a_job_that_is_started_again_on_its_log_is_the_same_entry(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.run(job(1, logs=LOG))
    machine.run()
    assert machine.run(job(2, logs=LOG, parent=99)) == ["load"]
    (one,) = machine.roster.phases
    assert one.identity is not None
    assert (one.identity.pid, one.phase.dates) == (2, JANUARY)


def test_a_shells_loop_over_ranges_is_one_entry_whose_log_tells_the_dates(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.run(job(1, logs=LOG))
    for _ in range(2):
        assert machine.run(of(job(2, logs=LOG), FEBRUARY)) == ["load"]
        assert machine.roster.phases[0].phase.dates is None


def test_another_range_from_elsewhere_or_on_another_log_is_another_job(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.run(job(1, logs=LOG))
    elsewhere = of(job(2, logs=LOG, parent=99), FEBRUARY)
    assert machine.run(elsewhere) == ["load", "load-2022-02"]
    assert machine.run(elsewhere, job(3, logs=(Path("/x/b.log"),))) == ["load", "load-2022-02", "load-2022-01-b"]


def test_two_jobs_on_one_log_are_said_to_be(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.run(job(1, logs=LOG), job(2, "other", logs=LOG))
    assert "is written by other, too" in machine.roster.phases[0].notes[0]
    machine.run(job(2, "other", logs=LOG))
    assert machine.roster.phases[0].notes == ()


def test_a_range_without_end_is_left_to_the_log(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.run(of(job(1), (date(2022, 1, 1), date(9999, 12, 31))))
    (one,) = machine.roster.phases
    assert one.phase.dates is None
    assert "9999-12-31" in one.notes[0]


def test_a_roster_without_jobs_says_so_and_offers_the_demo(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.run()
    assert "backfill-tui demo" in machine.roster.notes[0]
    machine.run(job(1))
    assert "backfill-tui init" in machine.roster.notes[0]
