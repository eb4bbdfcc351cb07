"""How soon a running job's current date is known from a log of a gigabyte, before its beginning is read."""

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

from benchmarks.first_look import FirstLook
from benchmarks.joblog import DAYS, START, JobLog
from benchmarks.options import Options, main
from benchmarks.report import Peer, Report, Row, Target
from benchmarks.timing import Ended, alternate, run

_PROMISED_S = 0.4
_FLOOD_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class _Running:
    """The log of a job that is at work. `write` returns the date that it works on."""

    name: str
    about: str
    write: Callable[[BinaryIO, int], date]
    of: str


def measure(options: Options) -> Report:
    """Each log written, looked at and deleted in turn."""
    report = Report("first_paint", "The state of a running job, from a log of 1 GB", quick=not options.whole)
    report.commands += ["python -m benchmarks.first_look LOG", "grep -o 'Processing day .*' LOG | …"]
    for running in _LOGS:
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.folder) as folder:
            _measure_one(running, Path(folder) / "job.log", options, report)
    return report


def _measure_one(running: _Running, path: Path, options: Options, report: Report) -> None:
    with path.open("wb") as file:
        current = running.write(file, round(1e9 * options.size))
    report.inputs[running.name] = f"{running.about}; {path.stat().st_size / 1e6:,.0f} MB"
    grep = ["grep", "-o", "Processing day .*", str(path)]
    returned = alternate(
        options.rounds,
        {
            "look": lambda: run([sys.executable, "-m", "benchmarks.first_look", str(path)]),
            "grep": lambda: run(grep),
        },
    )
    looks = [_verified(ended, current) for ended in returned["look"]]
    peer = Peer("grep, whole file", tuple(ended.seconds for ended in returned["grep"]))
    known = tuple(look["known_s"] for look in looks)
    early = not any(look["history_complete"] for look in looks)
    note = "" if early else "known only once everything had been read"
    promised = Target(_PROMISED_S, of=running.of)
    report.rows.append(Row(running.name, known, peer=peer, target=promised, judged=options.whole, note=note))
    report.rows.append(Row("  its whole history", tuple(look["whole_s"] for look in looks), peer=peer))


def _verified(ended: Ended, current: date) -> FirstLook:
    """What a look found; RuntimeError if it is not the date that the log ends in."""
    look: FirstLook = json.loads(ended.output)
    if look["current_date"] != current.isoformat():
        raise RuntimeError(f"The first look said {look['current_date']}; the log ends in {current}.")
    return look


def _chatter(file: BinaryIO, size: int) -> date:
    return _at_work(JobLog(file, chatter=1150), max(20, round(DAYS * size / 1e9)))


def _dense(file: BinaryIO, size: int) -> date:
    log = JobLog(file, chatter=6, terse=True)
    while file.tell() < size:
        log.run()
    return _at_work(log, DAYS)


def _flooded(file: BinaryIO, size: int) -> date:
    """The job has been silent for 20 MB of chatter: its last line is not at the end of the log."""
    log = JobLog(file, chatter=1150)
    current = _at_work(log, max(20, round(DAYS * size / 1e9)))
    until = file.tell() + _FLOOD_BYTES
    while file.tell() < until:
        log.chat(1000)
    return current


def _at_work(log: JobLog, days: int) -> date:
    """Leave a run in its last date but one."""
    log.run(days, last=days - 2)
    current = START + timedelta(days=days - 2)
    log.say(f"Processing day {days - 1}/{days}: {current}")
    return current


_LOGS = (
    _Running(
        "chatter", f"one open run over {DAYS} days, 1,150 lines of chatter to one of its own", _chatter, "product"
    ),
    _Running("dense", "run after run over the same days, every 7th line an event", _dense, "product"),
    _Running("flooded", "as chatter, the job's last line 20 MB before the end", _flooded, "product"),
)

if __name__ == "__main__":
    sys.exit(main(measure))
