"""The logs that `ingest` reads: the ordinary big ones, and those that are traps for a reader of logs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import BinaryIO

from benchmarks.joblog import DAYS, START, JobLog, tally

_CHATTER = 1150
"""Lines of chatter to one of the job's: with it, a run over all dates makes a gigabyte."""

_DENSE = 6
_DENSE_BYTES_A_DAY = 1620


@dataclass(frozen=True, slots=True)
class Written:
    """What a log holds, as a reader has to find it."""

    lines: int
    units: Mapping[str, int]  # of the account; only those that a reader can know
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Input:
    """A log to be read. `write` makes it, of about so many bytes."""

    name: str
    about: str
    gigabytes: float
    write: Callable[[BinaryIO, int], Written]
    dates_without_end: bool = False  # memory grows with the dates of a log, so here it has no bound


def _one_run(file: BinaryIO, size: int, *, newline: bytes = b"\n", stamped: bool = True) -> Written:
    """One run over the whole range, the chatter thinned out in a small file, as far as there are dates enough."""
    share = size / 1e9
    days = max(20, round(DAYS * share))
    log = JobLog(file, chatter=_CHATTER, newline=newline, stamped_chatter=stamped)
    log.run(days)
    return Written(log.lines, tally(days))


def _killed_and_resumed(file: BinaryIO, size: int) -> Written:
    """Runs over all dates, again and again, each killed and resumed a dozen times on its way."""
    log = JobLog(file, chatter=_DENSE, terse=True)
    dice = Random(7)  # noqa: S311 - a simulation, not a secret
    while file.tell() < size:
        first = 1
        while (last := first + dice.randint(40, 200)) < DAYS:
            log.run(first=first, last=last)
            first = last + 1
        log.run(first=min(first, DAYS))
    return Written(log.lines, tally(DAYS))


def _one_long_run(file: BinaryIO, size: int) -> Written:
    days = max(20, size // _DENSE_BYTES_A_DAY)
    log = JobLog(file, chatter=_DENSE, terse=True)
    log.run(days)
    return Written(log.lines, tally(days))


def _errors(file: BinaryIO, size: int) -> Written:
    """A run that prints errors of a library without end between two of its dates."""
    log = JobLog(file, chatter=_DENSE, terse=True)
    log.run(20, last=10)
    while file.tell() < size:
        log.say("google.api_core.exceptions.ServiceUnavailable: 503 the service is unavailable; retrying", "ERROR")
    log.run(20, first=11)
    return Written(log.lines, tally(20))


def _long_line(file: BinaryIO, size: int) -> Written:
    log = JobLog(file, chatter=5)
    log.run(20, last=10)
    file.write(b'2026-01-03 14:00:00,000 - DEBUG - response body: ["')
    piece = b'{\\"player_id\\": 1137, \\"minutes\\": 31.5, \\"usage_rate\\": null},' * 1000
    while file.tell() < size:
        file.write(piece)
    file.write(b'"]\n')
    log.run(20, first=11)
    return Written(log.lines + 1, tally(20))


def _bars(file: BinaryIO, size: int) -> Written:
    r"""A tqdm bar that is redrawn without end; every line of the file but the last ends with `\r`."""
    lines, total = 0, max(1000, size // 80)
    while file.tell() < size:
        share = min(1.0, lines / total)
        blocks = "█" * int(10 * share)
        bar = f"{share:4.0%}|{blocks:<10}| {lines}/{total} [04:07<1:12:40, 31.07it/s, date={START}, rows=18]"
        file.write((b"\r" if lines else b"") + bar.encode())
        lines += 1
    file.write(b"\n")  # as tqdm leaves its last one
    return Written(lines, {"total": total, "done": lines - 1})


def _foreign(file: BinaryIO, size: int) -> Written:
    """A log of another program: chatter, and nothing else."""
    log = JobLog(file)
    while file.tell() < size:
        log.chat(1000)
    return Written(log.lines, {}, exit_code=3)


def _late(file: BinaryIO, size: int) -> Written:
    """A job that begins only after long chatter: until then nothing tells what it is."""
    log = JobLog(file)
    while file.tell() < size:
        log.chat(1000)
    log.run(20)
    return Written(log.lines, tally(20))


INPUTS = (
    Input("chatter", f"one run over {DAYS} days, {_CHATTER} lines of chatter to one of its own", 1.0, _one_run),
    Input(
        "crlf",
        r"the same, its lines ended by \r\n",
        1.0,
        lambda file, size: _one_run(file, size, newline=b"\r\n"),
    ),
    Input(
        "bare chatter",
        "the same, its chatter without time and level",
        1.0,
        lambda file, size: _one_run(file, size, stamped=False),
    ),
    Input("dense, many runs", "every 7th line an event; runs killed and resumed", 1.0, _killed_and_resumed),
    Input("dense, one run", "every 7th line an event; one run over half a million dates", 1.0, _one_long_run, True),
    Input("dense, errors", "every 7th line an ERROR of a library", 1.0, _errors),
    Input("long line", "one line of 100 MB between two dates", 0.1, _long_line),
    Input("bars", r"a tqdm bar, redrawn with \r and nothing else", 0.2, _bars),
    Input("foreign", "the log of a program that is no backfill", 0.2, _foreign),
    Input("late start", "a job that begins after 200 MB of chatter", 0.2, _late),
)
