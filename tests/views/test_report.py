"""The report: its model, its JSON and its Markdown."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.checks.model import Status
from backfill_tui.control.attempt import Acceptance, Stage
from backfill_tui.control.model import Condition, PhaseState
from backfill_tui.engine.snapshot import Judgement, PhaseView, Snapshot
from backfill_tui.plan.shipped import shipped
from backfill_tui.progress.account import Account, Counts, RunEnd
from backfill_tui.views.report import report_of
from backfill_tui.views.report_json import as_json
from backfill_tui.views.report_markdown import TemplateError, aligned, cut_dates, fit, markdown, render
from backfill_tui.views.report_model import Report
from tests.tui import example, suites
from tests.views.reports import NEXT_STEPS, NOW, attempt, conflict, history, night_over, shut

SHIPPED = shipped("report.md.j2")
GOLDEN = Path(__file__).with_name("report_of_the_night.md")
JUDGED = {PhaseState.PASSED, PhaseState.WARNED, PhaseState.FAILED, PhaseState.STOPPED, PhaseState.FINISHED}
GO = Acceptance("a", "seen by eye", "Bo", NOW)


def of(*phases: PhaseView, **given_too: object) -> Report:
    snapshot = Snapshot("night", NOW, "America/Los_Angeles", phases)
    return report_of(snapshot, next_steps=NEXT_STEPS, **given_too)  # type: ignore[arg-type]


def over() -> Report:
    snapshot, attempts = night_over()
    return report_of(snapshot, attempts=attempts, history=history(), next_steps=NEXT_STEPS)


def said(report: Report) -> str:
    return render(report, SHIPPED.read_text(encoding="utf-8"), "report.md.j2")


# Final, verdict, GO


@pytest.mark.parametrize(
    ("state", "outcome", "go"),
    [
        (PhaseState.PASSED, Status.PASS, True),
        (PhaseState.WARNED, Status.WARN, True),
        (PhaseState.FAILED, Status.FAIL, False),
        (PhaseState.STOPPED, Status.FAIL, False),
    ],
)
def test_a_report_is_final_once_every_phase_is_judged(state: PhaseState, outcome: Status, go: bool) -> None:
    report = of(example.phase("a", PhaseState.PASSED), example.phase("b", state))
    assert (report.final, report.verdict, report.go) == (True, outcome, go)
    assert report.next_steps == (NEXT_STEPS if go else ())
    assert [phase.name for phase in report.blocking] == ([] if go else ["b"])


@pytest.mark.parametrize(
    "state",
    [one for one in PhaseState if one not in JUDGED],
)
def test_as_long_as_one_phase_is_not_judged_nothing_is_final(state: PhaseState) -> None:
    report = of(example.phase("a", PhaseState.PASSED), example.phase("b", state))
    assert (report.final, report.verdict, report.go, report.next_steps) == (False, Status.UNKNOWN, False, ())
    assert of(example.phase("a", PhaseState.FAILED), example.phase("b", state)).verdict is Status.FAIL


def test_what_is_out_of_scope_is_shown_and_the_whole_does_not_wait_for_it() -> None:
    train = example.phase("train", PhaseState.READY, why="a person starts it")
    report = of(example.phase("a", PhaseState.PASSED), train, scope={"a"})
    assert (report.final, report.go, report.blocking, report.next_steps) == (True, True, (), NEXT_STEPS)
    assert [(phase.name, phase.judged) for phase in report.phases] == [("a", True), ("train", False)]
    assert not of(example.phase("a", PhaseState.PASSED), train, scope=()).final


def test_a_plan_in_which_nothing_was_seen_is_never_final() -> None:
    assert not of().final


def test_an_accepted_phase_counts_as_passed_but_not_while_it_runs_again() -> None:
    judged = of(example.phase("a", PhaseState.FINISHED, accepted=GO, suites=(suites.ready(),)))
    assert (judged.final, judged.verdict) == (True, Status.PASS)
    assert not of(example.phase("a", PhaseState.RUNNING, accepted=GO)).final


def test_a_finished_phase_is_judged_unknown_once_there_is_nothing_left_to_ask() -> None:
    asked = replace(suites.factors(), stale="")
    judgement = Judgement(Status.UNKNOWN, NOW)
    alone = of(example.phase("a", PhaseState.FINISHED))
    told = of(example.phase("a", PhaseState.FINISHED, suites=(asked,), judgement=judgement))
    assert [(r.final, r.verdict, r.go) for r in (alone, told)] == [(True, Status.UNKNOWN, False)] * 2
    for coming in (suites.ready(), replace(asked, stale="written since"), replace(asked, running=True)):
        assert not of(example.phase("a", PhaseState.FINISHED, suites=(asked, coming))).final


def test_what_blocks_names_the_conditions_that_are_not_met() -> None:
    report = of(example.phase("a", PhaseState.BLOCKED, why="its inputs are not good", gate=shut()))
    assert [condition.name for condition in report.blocking[0].unmet] == [
        "input player_game_summary",
        "only writer of t",
    ]
    assert "  - only writer of t (unknown): the registry can't be read" in said(report)


# Attempts, overrides, times


def test_the_newest_attempt_is_told_as_it_is_now_not_as_its_row_says() -> None:
    phase = over().phases[1]
    assert [(a.number, a.ending) for a in phase.attempts] == [
        (1, "was ended by SIGKILL"),
        (2, "ended with exit code 0"),
    ]
    assert phase.attempts[1].pid == 4711


def test_a_launch_against_its_gate_is_told_for_ever_whatever_came_after_it() -> None:
    first = attempt("a", 1, NOW - timedelta(days=9), override="it was late", ended_at=NOW, exit_code=1)
    second = attempt("a", 2, NOW - timedelta(days=1), ended_at=NOW, exit_code=0)
    gone = attempt("renamed_since", 1, NOW - timedelta(days=30), override="once", ended_at=NOW, exit_code=0)
    report = of(example.phase("a", PhaseState.PASSED, attempt=second), attempts=(second, first, gone))
    assert [(a.phase, a.override) for a in report.overrides] == [("renamed_since", "once"), ("a", "it was late")]


def test_the_time_that_a_phase_ran_is_counted_once_however_many_tell_of_it() -> None:
    hour = timedelta(hours=1)
    runs = (
        example.run(NOW - 9 * hour, NOW - 7 * hour, RunEnd.KILLED, example.FIX, 944),
        example.run(NOW - 3 * hour, NOW - 1 * hour, RunEnd.COMPLETED, example.FIX, 944),
    )
    launch = attempt("a", 1, NOW - 3.5 * hour, ended_at=NOW - 0.5 * hour, exit_code=0)
    report = of(example.phase("a", PhaseState.PASSED, account=Account(runs=runs), attempt=launch))
    (phase,) = report.phases
    assert phase.duration_s == pytest.approx(5 * 3600 - 1)
    assert (phase.started_at, phase.ended_at) == (NOW - 9 * hour, NOW - 0.5 * hour)
    assert report.duration_s == 8.5 * 3600


def test_what_still_runs_has_no_end_and_counts_until_now() -> None:
    report = report_of(example.night())
    fix = report.phases[0]
    assert (fix.ended_at, report.ended_at) == (None, None)
    assert fix.duration_s == (NOW - (fix.started_at or NOW)).total_seconds() > 0


def test_a_process_that_is_first_missed_now_has_not_ended_now() -> None:
    account = example.account(
        example.FIX,
        100,
        running=False,
        runs=(example.run(NOW - timedelta(hours=8), NOW - timedelta(hours=5), RunEnd.KILLED, example.FIX, 944),),
    )
    view = example.phase("a", PhaseState.FAILED, account=account, process=example.gone(1, timedelta()))
    assert of(view).phases[0].ended_at == NOW - timedelta(hours=5)


def test_a_phase_that_never_ran_has_no_duration() -> None:
    phase = of(example.phase("a")).phases[0]
    assert (phase.started_at, phase.ended_at, phase.duration_s, phase.success_rate) == (None, None, None, None)


# JSON

STATUS_KEYS = {
    "plan",
    "at",
    "health",
    "deadline",
    "critical_path",
    "record",
    "phases",
    "conflicts",
    "probes",
    "alerts",
    "drivers",
    "notes",
}

SECTIONS = (
    "summary",
    "processes",
    "data_quality",
    "timeline",
    "issues",
    "actions",
    "recommendations",
    "next_check",
    "handoff",
)


def test_the_json_is_that_of_status_and_what_only_a_report_tells() -> None:
    snapshot, attempts = night_over()
    told = json.loads(json.dumps(as_json(over(), snapshot)))
    assert told.keys() >= STATUS_KEYS
    assert told.keys() - STATUS_KEYS == {
        "final", "verdict", "go", "started_at", "ended_at", "duration_s", "blocking", "overrides", "history",
        "next_steps", *SECTIONS,
    }  # fmt: skip
    assert (told["final"], told["verdict"], told["go"], told["blocking"]) == (True, "warn", True, [])
    fixed, summary, factors = told["phases"]
    assert fixed["state"] == "passed"
    assert (fixed["started_at"], fixed["duration_s"]) == ("2026-01-03T15:14:07-08:00", 10_800)
    assert [check["name"] for check in fixed["suites"][0]["checks"]][:2] == ["game_count", "record_count"]
    assert fixed["suites"][0]["checks"][0] == {
        "name": "game_count", "kind": "metric", "severity": "error", "status": "pass", "value": 5798, "unit": None,
        "bound": ">= 5600", "detail": "5,798 (>= 5,600)", "todo": None,
    }  # fmt: skip
    assert [(a["number"], a["exit_code"], a["signal"]) for a in summary["attempts"]] == [
        (1, None, "SIGKILL"),
        (2, 0, None),
    ]
    assert summary["failed_dates"] == ["2022-01-09", "2022-01-10"]
    assert factors["accepted"]["by"] == "Bo"
    assert told["overrides"][0]["override"] == "the fix is good enough | ask Bo"
    assert [entry["action"] for entry in told["history"]] == ["launch", "accept"]
    assert len(attempts) == 2


def test_what_is_not_known_is_null() -> None:
    phase = example.phase("a")
    snapshot = Snapshot("night", NOW, "America/Los_Angeles", (phase,))
    told = as_json(report_of(snapshot), snapshot)
    assert (told["started_at"], told["ended_at"], told["duration_s"]) == (None, None, None)
    assert [told["phases"][0][key] for key in ("success_rate", "duration_s", "writes", "dates")] == [None] * 4


# Markdown


def test_the_shipped_template_writes_the_final_report_like_this() -> None:
    assert said(over()) == GOLDEN.read_text(encoding="utf-8")


def test_a_report_before_the_end_says_so_and_what_blocks() -> None:
    text = said(report_of(example.night(), next_steps=NEXT_STEPS))
    assert text.startswith("# Status report: nba-night\n\n**Not final.** 2 of 5 phases are judged.\n")
    assert "- **player_game_summary** is waiting: waits for team_offense_fix" in text
    assert "Train XGBoost" not in text
    assert "\n\n\n" not in text


HOSTILE = "a|b\n# c\r\n- d\x1b[31m\x00\u202e`e` **f** <b>g</b> [h](x) _i_ \\| &lt;"


def test_nothing_from_outside_breaks_a_table_or_begins_a_heading() -> None:
    view = example.phase("a", PhaseState.FAILED, title=HOSTILE, why=HOSTILE, accepted=replace(GO, reason=HOSTILE))
    launched = attempt("a", 1, NOW, override=HOSTILE, note=HOSTILE, person=HOSTILE)
    entries = [replace(entry, reason=HOSTILE, who=HOSTILE) for entry in history()]
    snapshot = replace(example.night(), plan=HOSTILE, phases=(view,), alerts=(), notes=(HOSTILE,))
    hostile = report_of(snapshot, attempts=(launched,), history=entries)
    tame = report_of(
        replace(
            snapshot,
            plan="p",
            phases=(replace(view, title="t", why="w", accepted=replace(GO, reason="r")),),
            notes=("n",),
        ),
        attempts=(replace(launched, override="o", note="n", person="p"),),
        history=history(),
    )
    bare = [re.sub(r"\\.", "", line) for line in said(hostile).splitlines()]
    wanted = said(tame).splitlines()
    assert len(bare) == len(wanted)
    for line, model in zip(bare, wanted, strict=True):
        assert line.count("|") == model.count("|")
        assert line.count("**") == model.count("**")
        assert line.startswith("#") == model.startswith("#")
        assert not re.search(r"[\x00-\x1f\u202e`\[<]", line)


def test_nothing_from_outside_breaks_a_status_report() -> None:
    def told(word: str) -> list[str]:
        seen = example.alive(7, timedelta(hours=1), "x")
        stalled = example.phase(
            "a", PhaseState.STALLED, title=word, why=word, process=replace(seen, command=(word,))
        )
        blocked = example.phase(
            "b",
            PhaseState.BLOCKED,
            why=word,
            gate=tuple(replace(condition, detail=word) for condition in shut()),
            suites=suites.of_factors(),
        )
        alert = replace(example.alerts()[0], title=word, detail=word, action=word)
        entries = [replace(one, reason=word, who=word, outcome=word) for one in history()]
        snapshot = replace(
            example.night(), phases=(stalled, blocked), alerts=(alert,), notes=(word,), conflicts=(conflict(),)
        )
        return said(report_of(snapshot, history=entries)).splitlines()

    bare = [re.sub(r"\\.", "", line) for line in told(HOSTILE)]
    wanted = told("w")
    assert len(bare) == len(wanted)
    for line, model in zip(bare, wanted, strict=True):
        assert (line.count("|"), line.count("**")) == (model.count("|"), model.count("**"))
        assert line.startswith("#") == model.startswith("#")
        assert not re.search(r"[\x00-\x1f\u202e\[<]", line.replace("(<= 0)", "").replace("(<= 5 %)", ""))


def test_what_is_likely_is_told_without_a_backslash_and_nothing_is_struck_out() -> None:
    assert markdown("~21:15 (~20:58), ~71 %") == "~21:15 (~20:58), ~71 %"
    assert markdown("~~a~~ b~1 ~c") == "\\~\\~a\\~\\~ b\\~1 \\~c"


def test_only_long_lists_of_dates_are_cut() -> None:
    days = [f"2024-02-{n:02}" for n in range(1, 13)]
    assert cut_dates(f"run --dates {','.join(days)} now") == (
        "run --dates 2024-02-01,2024-02-02,2024-02-03,… 8 more …,2024-02-12 now"
    )
    few = f"run --dates {','.join(days[:9])}"
    assert cut_dates(few) == few


def test_a_table_is_padded_and_what_is_no_table_stays() -> None:
    text = "a\n| p | n |\n|---|--:|\n| fix \\| x | 7 |\n| ★ é | 1,234 |\nb"
    assert aligned(text).split("\n") == [
        "a",
        "| p        |     n |",
        "| -------- | ----: |",
        "| fix \\| x |     7 |",
        "| ★ é      | 1,234 |",
        "b",
    ]
    assert aligned("| a | b |\n| c |") == "| a | b |\n| c |"
    assert aligned("no table") == "no table"


@given(st.text())
def test_any_text_is_one_line_of_which_nothing_means_anything(text: str) -> None:
    shown = markdown(text)
    told = re.sub(r"\\[!-/:-@\[-`{-~]", "", shown)
    assert not re.search(r"[|`*\[\]\\\n\r\x00-\x08\x1b]", told)
    assert not re.match(r"[#>]|[-+=]([-=\s]|$)|\d+[.)](\s|$)", shown)


@pytest.mark.parametrize(
    "text", ["team_offense_fix", "5,798 (>= 5,600)", "40 (<= 0) of 917 dates", "-5", "1.5 at 54 %", "a & b"]
)
def test_what_means_nothing_in_markdown_stays_as_it_is(text: str) -> None:
    assert markdown(text) == text


def test_a_text_that_is_a_state_stays_one() -> None:
    assert fit(over()).phases[0].state is PhaseState.PASSED


# A template of one's own


def test_a_template_of_ones_own_has_the_model_and_the_filters() -> None:
    source = (
        "{% for p in report.phases %}\n{{ p.name }} {{ p.success_rate | percent }} {{ p.duration_s | duration }} "
        "{{ p.started_at | time }} {{ p.failed | ranges }} {{ p.counts.total | number }} {{ p.verdict }}\n"
        "{% endfor %}\n"
    )
    assert render(over(), source, "mine").splitlines() == [
        "team_offense_fix 100.0% 3h00 2026-01-03 15:14  944 pass",
        "player_game_summary 99.7% 1h05 2026-01-03 18:14 2022-01-09 … 2022-01-10 944 –",
        "composite_factors 100.0% – –  1,537 fail",
    ]


@pytest.mark.parametrize(
    "use",
    ["time", "zone", "utc", "duration", "number", "percent", "span", "ranges", "moment", "rate", "cut_dates"],
)
def test_every_filter_takes_what_is_not_known(use: str) -> None:
    assert render(over(), f"{{{{ none | {use} }}}}", "mine") == "–"
    assert render(over(), "{{ none is lists_dates }}", "mine") == "False"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("a\n{% for p in report.phases }\n", "mine.j2:2: unexpected '}'."),
        ("a\n\n{{ report.phasse }}", "mine.j2:3: a Report has no attribute 'phasse'."),
        ("{{ x }}", "mine.j2:1: 'x' is undefined."),
        ("a\n{{ 1 / 0 }}", "mine.j2:2: division by zero."),
        ("a\n{% include '/etc/passwd' %}", "mine.j2:2: '/etc/passwd' can't be taken in: a template is one file."),
        (
            "{{ report.__class__.__mro__ }}",
            "mine.j2:1: access to attribute '__class__' of 'Report' object is unsafe.",
        ),
        ("\n{{ report.plan | nope }}", "mine.j2:2: No filter named 'nope'."),
        ("{{ report.phase('fxi') }}", "mine.j2:1: there is no 'fxi'."),
    ],
)
def test_a_mistake_in_a_template_is_a_sentence_with_file_and_line(source: str, sentence: str) -> None:
    with pytest.raises(TemplateError) as refused:
        render(over(), source, "mine.j2")
    assert str(refused.value) == f"{sentence} docs/report.md says what a template may use."
    assert refused.value.exit_code == 78


def test_everything_that_the_page_on_reports_names_is_there() -> None:
    page = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")
    report = over()
    tables = dict(re.findall(r"\| in (?:a )?`?(report|phase)`? \| \|\n\|---\|---\|\n((?:\|.*\n)+)", page))
    for value, table in ((report, tables["report"]), (report.phases[0], tables["phase"])):
        names = [name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])]
        assert len(names) > 10
        assert [name for name in names if not hasattr(value, name)] == []


def test_the_stage_of_an_attempt_is_told_where_it_has_no_ending() -> None:
    waiting = attempt("a", 1, NOW, Stage.NOT_STARTED, started_at=None, note="Its working folder is gone.")
    text = said(of(example.phase("a", PhaseState.READY, attempt=waiting), attempts=(waiting,)))
    assert "- attempt 1, 2026-01-03 20:14, by ana (command): not started. Its working folder is gone." in text


def test_counts_that_nobody_knows_are_dashes() -> None:
    view = example.phase("a", PhaseState.PASSED, account=Account(counts=Counts(None, missing=None, failed=None)))
    assert "| a | passed | – | – | – | – | – | – | pass |" in said(of(view))


def test_a_long_plan_says_once_what_many_phases_have_in_common() -> None:
    first = example.phase("s1", PhaseState.READY, dates=example.FIX)
    waiting = [
        example.phase(
            f"s{n}",
            PhaseState.WAITING,
            why=f"waits for s{n - 1}",
            writes=f"ds.t{n}",
            dates=example.FIX,
            gate=(Condition(f"s{n - 1}", False, f"waiting: waits for s{n - 2}", about=f"s{n - 1}"),),
        )
        for n in range(2, 15)
    ]
    short, long = said(of(first, *waiting[:5])), said(of(first, *waiting))
    assert "- next **s3**" in short
    assert "  - writes ds.t3" in short
    assert "- next **s1**" in long
    assert "- next **s3**" not in long
    assert f"- after these: {', '.join(f's{n}' for n in range(2, 15))}" in long
    assert "- **s3** is waiting: waits for s2\n- **s4** is waiting: waits for s3\n" in long
    assert long.count("coverage not known") == 0
    assert "- nothing yet of 14 phases (the plan has no calendar): s1, s2" in long
