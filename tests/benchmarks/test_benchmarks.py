"""Each benchmark still measures what it says, on next to nothing. How fast is not asked here."""

import io
import json
from pathlib import Path

import pytest

from benchmarks import discovery, first_look, first_paint, ingest, launch_crash, startup, tick, validation
from benchmarks.__main__ import NAMES
from benchmarks.joblog import DAYS, START, JobLog, tally
from benchmarks.nights import write_checkpoint
from benchmarks.options import Options
from benchmarks.report import Peer, Report, Row, Target
from benchmarks.timing import alternate, run
from tests.reading import account_of

HARDLY = Options(size=1 / 2000, rounds=1)
MEASURED = (ingest, first_paint, tick, startup, validation, launch_crash, discovery)
ELSEWHERE = {"eta", "alerts"}  # have tests of their own


@pytest.mark.parametrize(
    "module",
    [pytest.param(module, id=module.__name__) for module in MEASURED],
)
def test_a_benchmark_measures_tells_its_peer_and_keeps_the_numbers(
    module: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tick, "_LOOKS", 2)
    monkeypatch.setattr(tick, "_FILES", 2)
    monkeypatch.setattr(first_paint, "_FLOOD_BYTES", 10_000)
    measure = vars(module)["measure"]
    report = measure(Options(HARDLY.size, HARDLY.rounds, tmp_path))
    kept = json.loads(report.write(tmp_path).read_text(encoding="utf-8"))
    assert kept["machine"]["cores"] > 0
    assert kept["commands"]
    assert any(row["peer"] for row in kept["rows"])
    assert all(row["median"] > 0 for row in kept["rows"])
    assert [path.name for path in tmp_path.iterdir()] == [f"{report.name}.json"], "its big files are gone"


def test_no_benchmark_is_left_out_of_these_tests() -> None:
    assert {module.__name__.removeprefix("benchmarks.") for module in MEASURED} | ELSEWHERE == set(NAMES)


def test_a_written_log_holds_the_account_that_its_writer_claims() -> None:
    file = io.BytesIO()
    log = JobLog(file, chatter=3)
    log.run(last=700)
    log.run(first=701)
    account = account_of(file.getvalue())
    counts = account.counts
    assert {"done": counts.done, "empty": counts.empty, "failed": counts.failed} == tally(DAYS)
    assert account.complete
    assert file.getvalue().count(b"\n") == log.lines


def test_a_first_look_names_the_date_in_progress(tmp_path: Path) -> None:
    path = tmp_path / "job.log"
    with path.open("wb") as file:
        log = JobLog(file)
        log.run(30, last=9)
        log.say("Processing day 10/30: 2021-10-28")
    look = first_look.first_look(path)
    assert look["current_date"] == "2021-10-28"
    assert look["known_s"] <= look["whole_s"]


def test_a_checkpoint_lists_what_its_log_says(tmp_path: Path) -> None:
    content = json.loads(write_checkpoint(tmp_path / "job.json", days=DAYS, done=DAYS).read_text(encoding="utf-8"))
    counts = tally(DAYS)
    assert len(content["successful_dates"]) == counts["done"] + counts["empty"]
    assert len(content["failed_dates"]) == counts["failed"]
    assert content["start_date"] == START.isoformat()


def test_contenders_alternate_and_the_warm_up_is_not_counted() -> None:
    order: list[str] = []

    def contender(name: str) -> int:
        order.append(name)
        return len(order)

    returned = alternate(2, {"ours": lambda: contender("ours"), "peer": lambda: contender("peer")})
    assert order == ["ours", "peer"] * 3
    assert returned == {"ours": [3, 5], "peer": [4, 6]}


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="left with 3: no such day"):
        run(["sh", "-c", "echo no such day >&2; exit 3"])


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("a", (1.0, 9.0, 2.0), target=Target(2.0)), "ok"),
        (Row("a", (2.1,), target=Target(2.0)), "MISSED"),
        (Row("a", (9.0,), peer=Peer("p", (3.0,)), target=Target(3.0, of_ratio=True)), "ok"),
        (Row("a", (9.1,), peer=Peer("p", (3.0,)), target=Target(3.0, of_ratio=True)), "MISSED"),
        (Row("a", (9.0,), target=Target(2.0), judged=False), "–"),
        (Row("a", (9.0,)), "–"),
    ],
)
def test_a_verdict_is_that_of_the_median_against_its_own_bound(row: Row, verdict: str) -> None:
    assert row.verdict == verdict


def test_a_table_is_aligned_and_prints_misses_like_hits() -> None:
    report = Report("t", "A title", quick=False)
    report.rows += [
        Row("short", (1.0,), target=Target(2.0)),
        Row("a longer name", (3.0,), peer=Peer("grep", (1.0,)), target=Target(2.0)),
    ]
    lines = report.table().splitlines()[4:6]
    assert lines[0].endswith("ok")
    assert lines[1].endswith("MISSED")
    assert lines[0].index("≤") == lines[1].index("≤")
