"""`report` as a user runs it: what is printed, where it is written, and what it ends with."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backfill_tui.control.attempt import Acceptance, Order, Stage
from backfill_tui.control.ledger import FILE, Ledger
from tests.logs import LogWriter, days

START, END = "2022-01-01", "2022-01-05"
D = days(START, 5)
NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
PLAN = """\
plan: small
timezone: UTC
next_steps: [Train XGBoost v5]
{more}
phases:
  fix: {{title: The fix, log: fix.log, writes: stats.team, dates: {{start: 2022-01-01, end: 2022-01-05}}}}
  {second}
"""


class Night:
    """A plan in a folder, and the program run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan()

    def plan(self, more: str = "", second: str = "") -> None:
        (self.folder / "backfill.yaml").write_text(PLAN.format(more=more, second=second))

    def log(self, *records: int | None, whole: bool = True) -> None:
        """The fix did as many dates as there are records given; None: it failed."""
        log = LogWriter().header(START, END)
        for i, (day, number) in enumerate(zip(D, records, strict=False), 1):
            log.unit(i, 5, day, number)
        (self.folder / "fix.log").write_bytes((log.summary() if whole else log).body)

    def report(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "backfill_tui", "report", *words],
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=60,
            check=False,
            env={**os.environ, "TZ": "UTC", "PYTHONWARNINGS": "error"},
        )

    def told(self) -> tuple[int, dict[str, Any]]:
        done = self.report("--json")
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    made = Night(tmp_path)
    made.log(1, 2, 3, 4, 5)
    return made


def test_the_final_report_ends_with_the_verdict_and_says_what_comes_next(night: Night) -> None:
    done = night.report()
    assert done.returncode == 0
    assert done.stdout.startswith("# Final report: small\n\n**GO.**")
    assert "| The fix | passed | 5 of 5 | 100.0% | 0 | 0 | 15 | 1m | pass |" in done.stdout
    assert done.stdout.endswith("## Next steps\n\n1. Train XGBoost v5\n")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("records", "whole", "code", "verdict", "final"),
    [
        ((1, 2, None, 4, 5), True, 2, "warn", True),
        ((1, 2, 3), True, 1, "fail", True),  # calls itself complete, and two dates are missing
        ((1, 2, 3), False, 0, "unknown", False),
    ],
)
def test_the_exit_code_is_the_verdict_once_it_is_final(
    night: Night, records: tuple[int | None, ...], whole: bool, code: int, verdict: str, final: bool
) -> None:
    night.log(*records, whole=whole)
    returned, told = night.told()
    assert (returned, told["verdict"], told["final"]) == (code, verdict, final)
    assert told["next_steps"] == ([] if verdict != "warn" else ["Train XGBoost v5"])


def test_a_report_before_the_end_says_what_blocks(night: Night) -> None:
    night.plan(second="train: {command: [train], after: [fix]}")
    night.log(1, 2, 3)
    done = night.report()
    assert done.returncode == 0
    assert "**Not final.** 1 of 2 phases are judged." in done.stdout
    assert "- **train** is waiting: waits for fix" in done.stdout
    assert "missing: 2022-01-04 … 2022-01-05" in done.stdout


def test_what_the_ledger_has_is_in_it_and_nothing_is_written_to_it(night: Night) -> None:
    ledger = Ledger.open(night.folder / ".backfill-tui")
    order = Order("fix", (("job",),), night.folder)
    attempt = ledger.attempts.intend(
        order, number=1, asked_by="command", person="ana", override="late | anyway", gate=(), at=NOW
    )
    attempt = ledger.attempts.advance(attempt, to=Stage.RUNNING, started_at=NOW)
    ledger.attempts.advance(attempt, to=Stage.ENDED, ended_at=NOW + timedelta(minutes=3), exit_code=0)
    ledger.acceptances.accept(Acceptance("fix", "seen by eye", "Bo", NOW + timedelta(minutes=9)))
    ledger.close()
    before = (night.folder / ".backfill-tui" / FILE).read_bytes()
    _, told = night.told()
    (launched,) = told["phases"][0]["attempts"]
    assert (launched["number"], launched["person"], launched["exit_code"]) == (1, "ana", 0)
    assert [one["override"] for one in told["overrides"]] == ["late | anyway"]
    assert [(one["action"], one["who"], one["reason"]) for one in told["history"]] == [
        ("launch", "ana", "late | anyway"),
        ("accept", "Bo", "seen by eye"),
    ]
    assert "**against its gate**: late \\| anyway" in night.report().stdout
    assert (night.folder / ".backfill-tui" / FILE).read_bytes() == before


def test_where_there_is_no_ledger_none_is_made(night: Night) -> None:
    assert night.report().returncode == 0
    assert not (night.folder / ".backfill-tui").exists()


def test_a_ledger_that_cannot_be_read_is_a_note_and_not_the_end(night: Night) -> None:
    (night.folder / ".backfill-tui").mkdir()
    (night.folder / ".backfill-tui" / FILE).write_bytes(b"not a ledger" * 100)
    done = night.report()
    assert done.returncode == 0
    assert "## Notes\n\n- The ledger can't be read" in done.stdout


# --output


def test_the_output_is_written_whole_and_keeps_its_mode_and_its_links(night: Night) -> None:
    real, link = night.folder / "real.md", night.folder / "link.md"
    real.write_text("before")
    real.chmod(0o640)
    link.symlink_to(real)
    done = night.report("--output", "link.md")
    assert (done.returncode, done.stdout) == (0, "")
    assert real.read_text().startswith("# Final report: small")
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert not [path.name for path in night.folder.iterdir() if path.name.endswith(".tmp")]


def test_what_is_no_plain_file_is_written_to_and_stays(night: Night) -> None:
    assert night.report("--output", os.devnull).returncode == 0
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.parametrize(
    ("output", "reason"),
    [("nowhere/report.md", "No such file or directory"), (".", "Is a directory"), ("fix.log/x", "Not a directory")],
)
def test_an_output_that_cannot_be_written_is_a_sentence(night: Night, output: str, reason: str) -> None:
    done = night.report("--output", output)
    assert done.returncode == 1
    assert f"{output}: the report can't be written ({reason}). Name another file with --output." in done.stderr


# Templates


def test_a_template_of_the_plan_takes_the_place_of_ours_and_one_named_by_hand_that_of_the_plan(
    night: Night,
) -> None:
    night.plan(more="report_template: mine.j2")
    (night.folder / "mine.j2").write_text("{{ report.plan }} {{ report.phases[0].success_rate | percent }}\r\n")
    (night.folder / "other.j2").write_text("other {{ report.verdict }}\n")
    assert night.report().stdout == "small 100.0%\n"
    assert night.report("--template", "other.j2").stdout == "other pass\n"
    assert night.report("--json").returncode == 0


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{{ report.nmae }}", "t.j2:1: a Report has no attribute 'nmae'."),
        ("\n{% if %}", "t.j2:2: Expected an expression, got 'end of statement block'."),
        (b"\xff\xfe", "t.j2: this is not a text file in UTF-8."),
        (None, "t.j2: there is no such template."),
    ],
)
def test_a_template_with_a_mistake_is_78_with_its_line(
    night: Night, template: str | bytes | None, sentence: str
) -> None:
    if template is not None:
        (night.folder / "t.j2").write_bytes(template if isinstance(template, bytes) else template.encode())
    done = night.report("--template", "t.j2")
    assert (done.returncode, done.stdout) == (78, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "why"),
    [("absent.j2", "there is no such file; check the name"), (".", "this is not a plain file; name a text file")],
)
def test_a_template_that_is_not_there_is_refused_with_the_plan(night: Night, name: str, why: str) -> None:
    night.plan(more=f"report_template: {name}")
    done = night.report()
    assert done.returncode == 78
    assert f"backfill.yaml:4: report_template: {name}: {why}" in done.stderr


@pytest.mark.parametrize(
    "words", [("--json", "--format", "md"), ("--json", "--template", "t"), ("--format", "html"), ("a", "b")]
)
def test_words_that_exclude_each_other_are_wrong_usage(night: Night, words: tuple[str, ...]) -> None:
    assert night.report(*words).returncode == 64
