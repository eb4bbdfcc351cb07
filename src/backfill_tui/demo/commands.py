"""The command lines of the night's jobs, as its people type them and as the plan file has them."""

from collections.abc import Sequence

from backfill_tui.demo.script import COMPRESSION, Job
from backfill_tui.demo.warehouse import NEVER

MODULE = "backfill_tui.demo.job"

VALIDATE = ("-m", "backfill_tui", "validate")

UNRESOLVED = "YESTERDAY"
"""What somebody has typed for a date, and nothing has made into one."""


def run_words(job: Job, *, speed: float, seed: int, tag: str, start: str = "", end: str = "") -> list[str]:
    """The words after `python` that run the job over its range; `start` and `end` may be placeholders of a plan."""
    span = ["--start-date", start or str(job.start), "--end-date", end or str(job.end)]
    parallel = ["--parallel", "--workers", str(job.workers)] if job.workers else []
    failing = ["--fail-rate", str(job.fail_rate)]
    return [*_begin(job), *span, *parallel, *failing, *_finish(job, speed=speed, seed=seed, tag=tag)]


def unresolved_words(job: Job, *, speed: float, seed: int, tag: str) -> list[str]:
    """The words after `python` that run the job over its range with a word in its queries that is no date."""
    words = run_words(job, speed=speed, seed=seed, tag=tag)
    return [*words[:-2], "--as-of", UNRESOLVED, *words[-2:]]  # before its tag, by which it is found


def fresh_words(job: Job, *, speed: float, seed: int, tag: str) -> list[str]:
    """The words after `python` that run it once more from its first date, in parallel. No date fails again."""
    span = ["--start-date", str(job.start), "--end-date", str(job.end), "--no-resume"]
    parallel = ["--parallel", "--workers", str(job.fresh_workers), "--fail-rate", "0.0"]
    return [*_begin(job), *span, *parallel, *_finish(job, speed=speed, seed=seed, tag=tag)]


def retry_words(job: Job, dates: str, *, speed: float, seed: int, tag: str) -> list[str]:
    """The words after `python` that run the job on some dates, separated by commas. A retry does not fail again."""
    return [*_begin(job), "--dates", dates, "--fail-rate", "0.0", *_finish(job, speed=speed, seed=seed, tag=tag)]


def match(job: Job, rivals: Sequence[Job], *, tag: str) -> str:
    """The pattern of a plan that finds this job's processes, and those of no other night.

    Its range is part of it only where another job runs the same program. A retry has no range: it belongs to the
    job whose dates people retry.
    """
    alone = all(rival is job or rival.job != job.job for rival in rivals)
    span = "--start-date {start} --end-date {end}"
    span = "" if alone else f" (?:{span}|--dates)" if job.retry_log else f" {span}"
    return rf"backfill_tui\.demo\.job --job {job.job}{span} .*--tag {tag}"


def _begin(job: Job) -> list[str]:
    return ["-m", MODULE, "--job", job.job]


def _finish(job: Job, *, speed: float, seed: int, tag: str) -> list[str]:
    bug = ["--totals-broken-until", str(job.broken_until)] if job.broken_until != NEVER else []
    return [
        *bug,
        "--checkpoint-dir",
        "checkpoints",
        "--warehouse",
        "warehouse",
        "--calendar",
        "calendar.csv",
        "--seed",
        str(seed),
        "--speed",
        f"{COMPRESSION * speed * job.pace:g}",
        "--tag",
        tag,
    ]
