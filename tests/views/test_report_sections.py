"""The sections of a status report, each by what it promises."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.checks.model import Check, Status, SuiteResult
from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.attempt import Acceptance, Stage
from backfill_tui.control.dirt import Dirt
from backfill_tui.control.model import Alert, Condition, ConditionKind, PhaseState, Severity, Timeline
from backfill_tui.control.offer import Entry
from backfill_tui.control.suspects import Suspects
from backfill_tui.engine.drivers import DriverSeen
from backfill_tui.engine.seen import Seen
from backfill_tui.engine.snapshot import LogSeen, PhaseView, Snapshot, SuiteView
from backfill_tui.plan.resolved import Phase, Plan, Polling
from backfill_tui.progress.prospect import DeadlineProspect
from backfill_tui.sources.presence import Identity
from backfill_tui.views.report import report_of
from backfill_tui.views.report_json import as_json
from backfill_tui.views.report_model import Report
from tests.tui import example, suites
from tests.views.reports import NOW, attempt, shut

HOUR = timedelta(hours=1)
FEW = (date(2024, 2, 1), date(2024, 2, 10))
PLAN = Plan(
    name="night",
    path=Path("/srv/night/backfill.yaml"),
    folder=Path("/srv/night"),
    tz=example.ZONE,
    state_dir=Path("/srv/night/.backfill-tui"),
    phases=(),
    polling=Polling(60.0, 5),
)
RUN = DriverSeen("run", Identity("boot", 99, NOW.timestamp() - 60))


def running(name: str = "fix", **known: object) -> PhaseView:
    process = example.alive(7, HOUR, "python fix.py --start-date 2021-10-01")
    return example.phase(name, PhaseState.RUNNING, process=process, **known)


def night(*phases: PhaseView, **known: object) -> Snapshot:
    return replace(Snapshot("night", NOW, "America/Los_Angeles", phases), **known)  # type: ignore[arg-type]


def of(*phases: PhaseView, history: tuple[Entry, ...] = (), plan: Plan | None = PLAN, **known: object) -> Report:
    return report_of(night(*phases, **known), history=history, plan=plan)


def planned(*phases: Phase) -> Seen:
    return Seen(phases={phase.name: phase for phase in phases})


def job(name: str, **known: object) -> Phase:
    return replace(Phase(name, name, command=("python", f"{name}.py")), **known)  # type: ignore[arg-type]


def alarm(
    severity: Severity = Severity.CRITICAL, *, phase: str = "fix", since: datetime = NOW, **known: object
) -> Alert:
    blank = Alert(f"x:{phase}", severity, phase, since, f"{phase} is wrong", "Look.", "backfill-tui stop fix")
    return replace(blank, **known)  # type: ignore[arg-type]


# Summary


def test_all_run_only_if_everything_that_has_begun_is_at_work() -> None:
    assert of(running()).summary.all_running is True
    stalled = of(running(), example.phase("b", PhaseState.STALLED, why="silent for 40 min")).summary
    assert (stalled.all_running, stalled.not_running) == (False, ("b (stalled: silent for 40 min)",))
    dead = of(running(), example.phase("b", PhaseState.FAILED, why="gone at 54 %")).summary
    assert (dead.all_running, dead.running) == (False, ("fix",))


def test_what_runs_by_its_log_alone_is_not_known_to_run() -> None:
    told = of(running(), example.phase("b", PhaseState.RUNNING)).summary
    assert told.all_running is None
    assert told.unsure == ("b (running; no process of it is known)",)


def test_where_nothing_has_begun_it_is_not_said_that_all_runs() -> None:
    assert of(example.phase("a"), example.phase("b", PhaseState.PASSED)).summary.all_running is None


def test_what_a_person_has_accepted_is_not_missed_among_what_runs() -> None:
    accepted = example.phase("b", PhaseState.FAILED, accepted=Acceptance("b", "good", "Bo", NOW))
    assert of(running(), accepted).summary.all_running is True


def timed(assessment: str | None, delta_s: float | None = 0.0) -> PhaseView:
    return running(critical=True, timeline=Timeline(NOW + HOUR, delta_s, assessment))


@pytest.mark.parametrize(
    ("assessment", "probability", "on_track"),
    [
        ("on_track", None, True),
        ("ahead", 0.9, True),
        ("delayed", 0.9, False),
        ("on_track", 0.2, False),
        (None, 0.9, None),
        (None, 0.2, False),
    ],
)
def test_on_track_is_said_only_of_what_is_known_and_late_of_anything_that_is(
    assessment: str | None, probability: float | None, on_track: bool | None
) -> None:
    due = DeadlineProspect("fix", NOW + 2 * HOUR, probability) if probability is not None else None
    assert of(timed(assessment), deadline=due).summary.on_track is on_track


def test_what_has_failed_is_not_on_track_whatever_its_forecast_was() -> None:
    failed = example.phase("b", PhaseState.FAILED, critical=True, timeline=Timeline(NOW + HOUR, 0.0, "on_track"))
    told = of(timed("on_track"), failed).summary
    assert (told.on_track, told.track) == (False, ("b is failed", "fix is on track"))


def test_an_issue_leads_to_the_recommendation_with_its_command() -> None:
    silent = alarm(Severity.WARNING, id="w", action="")
    loud = alarm(Severity.CRITICAL, id="c")
    report = of(running(), alerts=(silent, loud))
    assert [report.advice_on(alert) for alert in report.issues] == [1, None]


def test_what_has_failed_is_not_on_track_though_the_plan_expects_nothing_of_it() -> None:
    told = of(example.phase("b", PhaseState.FAILED)).summary
    assert (told.on_track, told.track) == (False, ("b is failed",))


def test_a_night_of_which_the_plan_expects_nothing_is_not_called_on_track() -> None:
    told = of(running()).summary
    assert (told.on_track, told.track) == (None, ())


def test_a_deadline_of_unknown_probability_leaves_open_whether_all_is_on_track() -> None:
    due = DeadlineProspect("fix", NOW + HOUR, None, lacking=("fix",))
    told = of(timed("on_track"), deadline=due).summary
    assert told.on_track is None
    assert "how likely is not known" in told.track[-1]


def test_only_what_nobody_has_acknowledged_counts_and_info_never_does() -> None:
    alerts = (alarm(), alarm(Severity.WARNING), alarm(Severity.INFO), alarm(acknowledged=True))
    told = of(running(), alerts=alerts)
    assert (told.summary.critical, told.summary.warnings, told.summary.acknowledged) == (1, 1, 1)
    assert told.processes[0].issues_shown == "1 critical, 1 warning"
    assert [a.severity for a in told.issues] == [Severity.CRITICAL, Severity.WARNING]


# Processes


def test_nothing_known_is_not_known_and_never_nought() -> None:
    snapshot = night(example.phase("a"))
    report = report_of(snapshot)
    (one,) = report.processes
    assert (one.dates_shown, one.eta_shown, one.rate_per_hour) == ("not known", "not known", None)
    told = as_json(report, snapshot)
    (process,) = told["processes"]
    assert {process[key] for key in ("accounted", "total", "percent", "eta", "rate_per_hour")} == {None}
    assert told["summary"]["all_running"] is None
    assert told["data_quality"] == []
    assert told["handoff"]["folder"] is None


def test_a_range_is_marked_while_it_is_not_calibrated_and_when_it_is_frozen() -> None:
    rough = example.prospect(None, ((20, 58), (21, 15), (21, 31)), "calendar")
    sure, frozen = replace(rough, calibrated=True), replace(rough, frozen=True)
    shown = [of(running(prospect=one)).processes[0].eta_shown for one in (rough, sure, frozen)]
    assert shown == ["~21:15 (20:58–21:31)", "21:15 (20:58–21:31)", "frozen, was ~21:15 (20:58–21:31)"]


def test_what_was_stopped_has_no_eta_and_what_has_come_to_its_end_tells_when() -> None:
    over = attempt("a", 1, NOW - HOUR, ended_at=NOW - HOUR / 2, exit_code=0)
    report = of(example.phase("a", PhaseState.PASSED, attempt=over), example.phase("b", PhaseState.STOPPED))
    assert [one.eta_shown for one in report.processes] == ["ended 19:44", "–"]


def test_suspect_dates_are_told() -> None:
    dirt = Dirt("usage", NOW)
    suspects = Suspects({FEW[0]: dirt, FEW[1]: dirt}, unnamed=3, dirt=(dirt,))
    (one,) = of(running(suspects=suspects)).processes
    assert (one.suspect, one.suspect_count) == (FEW, 5)


# Data quality


def games(*numbers: int) -> WorkCalendar:
    return WorkCalendar(dict(zip(example.days(FEW), numbers, strict=False)), FEW)


EVERY_OTHER = games(1, 0, 1, 0, 1, 0, 1, 0, 1, 0)


def test_coverage_counts_the_dates_with_work_of_which_there_is_data() -> None:
    account = example.account(FEW, 7, failed=(date(2024, 2, 3),))
    view = running(dates=FEW, account=account)
    (told,) = of(view, seen=Seen(calendar=EVERY_OTHER)).quality
    covered = told.coverage
    empty = [day for day in (date(2024, 2, 1), date(2024, 2, 5), date(2024, 2, 7)) if not example.games(day)]
    assert (covered.due, covered.covered, covered.to_come) == (5, 3 - len(empty), 1)
    assert covered.lacking == tuple(sorted((date(2024, 2, 3), *empty)))
    assert covered.basis == "log"


def test_without_a_calendar_coverage_is_not_known() -> None:
    (told,) = of(running(dates=FEW, account=example.account(FEW, 7))).quality
    assert (told.coverage.due, told.coverage.percent) == (None, None)
    assert told.coverage.why == "the plan has no calendar"


def test_a_calendar_that_ends_too_early_makes_coverage_unknown() -> None:
    short = WorkCalendar({FEW[0]: 1.0}, (FEW[0], date(2024, 2, 8)))
    (told,) = of(running(dates=FEW, account=example.account(FEW, 7)), seen=Seen(calendar=short)).quality
    assert told.coverage.percent is None
    assert told.coverage.why == "the calendar tells nothing of 2 of its dates"


def completeness(*lacking: date, stale: str = "") -> SuiteView:
    check = Check("missing_dates", "completeness", "error", Status.FAIL, len(lacking), "<= 0", dates=lacking)
    return SuiteView("s", "S", result=SuiteResult("s", "S", Status.FAIL, NOW, (check,)), stale=stale)


def test_what_the_table_says_counts_more_than_what_the_log_says_unless_it_is_stale() -> None:
    account = example.account(FEW, 10, running=False)
    seen = Seen(calendar=EVERY_OTHER)
    lost = date(2024, 2, 5)

    def told(suite: SuiteView) -> tuple[str | None, int | None, tuple[date, ...]]:
        view = example.phase("a", PhaseState.FAILED, dates=FEW, account=account, suites=(suite,))
        covered = of(view, seen=seen).quality[0].coverage
        return covered.basis, covered.covered, covered.lacking

    assert told(completeness(lost)) == ("table", 4, (lost,))
    assert told(completeness(lost, stale="written since"))[0] == "log"


def test_key_metrics_are_those_with_a_bound() -> None:
    report = of(running(suites=(suites.offense(),)))
    (suite,) = report.phases[0].suites
    assert [check.name for check in suite.kept] == ["game_count", "quality_score", "production_ready"]


# Timeline


def test_each_critical_item_is_held_against_the_plan() -> None:
    items = {one.name: one for one in report_of(example.night()).timeline}
    assert list(items) == ["team_offense_fix", "player_game_summary", "composite_factors", "ml_training"]
    fix, factors = items["team_offense_fix"], items["composite_factors"]
    assert (fix.assessment_shown, fix.delta_shown, fix.changed_shown) == ("on track", "0h00", "6m later")
    assert (factors.assessment_shown, factors.delta_shown) == ("delayed", "+3h45")
    assert factors.changed_shown == "not known"


def test_the_phase_of_the_deadline_is_an_item_whatever_is_known_of_it() -> None:
    (item,) = of(example.phase("train"), deadline=DeadlineProspect("train", NOW + HOUR)).timeline
    assert (item.finish_shown, item.delta_shown, item.assessment_shown) == ("not known",) * 3


# Actions


def entry(action: str, **known: object) -> Entry:
    blank = Entry(NOW - HOUR, action, "a", "ana", "attempt 1")  # type: ignore[arg-type]
    return replace(blank, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("done", "decision", "reason"),
    [
        (entry("accept", what="a", reason="spot checks are fine"), "GO", "spot checks are fine"),
        (entry("launch", reason="it was late", outcome="running"), "GO", "against its gate: it was late"),
        (entry("launch", outcome="exit code 0"), None, ""),
        (entry("launch", outcome="not started: Its folder is gone."), "NO-GO", ""),
        (entry("stop", reason="it writes over the fix"), None, "it writes over the fix"),
        (entry("validate", what="suite", outcome="fail"), None, ""),
    ],
)
def test_decisions_of_people_are_told_as_go_and_no_go(done: Entry, decision: str | None, reason: str) -> None:
    (told,) = of(running(), history=(done,)).actions
    assert (told.decision, told.reason, told.standing) == (decision, reason, False)


def test_a_gate_that_refuses_now_is_a_no_go_and_one_that_waits_for_its_turn_is_none() -> None:
    blocked = example.phase("b", PhaseState.BLOCKED, gate=shut())
    waiting = example.phase("w", PhaseState.WAITING, gate=shut())
    (told,) = of(blocked, waiting).actions
    assert (told.phase, told.decision, told.standing) == ("b", "NO-GO", True)
    assert told.reason.startswith("input player_game_summary: usage_rate 47.7 % (>= 95 %); only writer of t")


def test_actions_are_in_order_of_time() -> None:
    late, early = entry("stop", at=NOW), entry("launch", at=NOW - 2 * HOUR)
    assert [one.at for one in of(running(), history=(late, early)).actions] == [early.at, late.at]


# Recommendations


def advice(report: Report) -> list[str]:
    return [one.text for one in report.recommendations]


def test_what_alerts_ask_for_comes_first_the_worst_before_and_what_nobody_asks_for_never() -> None:
    alerts = (
        alarm(Severity.WARNING, action="Look at its pace"),
        alarm(action="backfill-tui stop fix"),
        alarm(Severity.INFO, action="nothing"),
        alarm(action="seen", acknowledged=True),
    )
    assert advice(of(running(), alerts=alerts)) == ["backfill-tui stop fix", "Look at its pace"]


def test_a_phase_that_waits_for_a_person_is_told_with_its_command() -> None:
    ready = example.phase("train", PhaseState.READY)
    by_hand, by_itself = job("train"), job("train", start="auto")
    assert advice(of(ready, seen=planned(by_hand))) == ["Launch it: backfill-tui launch train"]
    undriven = "Nobody drives this plan now: backfill-tui run --detach"
    assert advice(of(ready, seen=planned(by_itself))) == [undriven]
    assert advice(of(ready, seen=planned(by_itself), drivers=(RUN,))) == []


def test_commands_name_the_plan_where_it_is_not_the_usual_file() -> None:
    other = replace(PLAN, path=Path("/srv/night/two nights.yaml"))
    ready = example.phase("train", PhaseState.READY)
    assert advice(of(ready, seen=planned(job("train")), plan=other)) == [
        "Launch it: backfill-tui launch 'two nights.yaml' train"
    ]


def test_what_has_ended_is_judged_in_one_command_unless_somebody_drives() -> None:
    over = [example.phase(name, PhaseState.FINISHED, suites=(suites.ready(),)) for name in ("a", "b")]
    assert advice(of(*over)) == ["Judge them: backfill-tui validate a b"]
    assert advice(of(*over, drivers=(RUN,))) == []


def test_what_ended_badly_has_its_ways_on() -> None:
    failed = example.phase(
        "a", PhaseState.FAILED, why="2 dates failed", account=example.account(FEW, 10, failed=FEW, running=False)
    )
    (told,) = advice(of(failed, seen=planned(job("a", retry=("python", "a.py", "--dates", "{dates}")))))
    assert told == (
        "Do 2 of its dates again: backfill-tui retry a. Run it again: backfill-tui launch a. "
        "If it is good as it is: backfill-tui accept a --reason …"
    )
    assert advice(of(failed, alerts=(alarm(phase="a"),))) == ["backfill-tui stop fix"]


def test_an_input_that_nobody_has_judged_is_to_be_judged_and_a_bad_one_to_be_mended() -> None:
    unknown = Condition("input usage", None, "was not run yet", ConditionKind.INPUT, "usage")
    for condition, wanted in (
        (unknown, "Judge its inputs: backfill-tui validate b --inputs"),
        (replace(unknown, ok=False), "Mend its inputs, and judge them: backfill-tui validate b --inputs"),
    ):
        assert advice(of(example.phase("b", PhaseState.BLOCKED, gate=(condition,)))) == [wanted]


# Next check


def test_the_next_check_is_when_something_is_likely_done_rounded_up_to_the_minute() -> None:
    view = running(prospect=example.prospect(None, ((20, 20), (20, 40), (21, 31)), "calendar"))
    told = of(view).next_check
    assert told.at == example.tonight((20, 40))
    assert told.why == "fix is likely done then (~20:40)"


def test_what_runs_is_looked_at_once_an_hour_however_far_its_end_is() -> None:
    view = running(prospect=example.prospect(None, ((23, 0), (23, 30), (23, 50)), "calendar"))
    told = of(view).next_check
    assert told.at == example.tonight((21, 15))
    assert told.why.startswith("nothing is expected sooner")


def test_something_wrong_is_looked_at_soon_by_the_plans_own_rhythm() -> None:
    told = of(running(), alerts=(alarm(),)).next_check
    assert told.at == example.tonight((20, 20))  # 5 rounds of 60 s, rounded up
    assert told.why == "1 critical alert is open"
    lazy = replace(PLAN, polling=Polling(3600.0, 10))
    assert of(running(), alerts=(alarm(),), plan=lazy).next_check.at == example.tonight((20, 30))


def test_a_start_that_the_plan_expects_is_a_reason_to_look() -> None:
    due = example.phase("train", PhaseState.READY, timeline=Timeline(None, None, None, example.tonight((20, 45))))
    told = of(running(), due, seen=planned(job("train"))).next_check
    assert told.at == example.tonight((20, 45))
    assert told.why == "the plan expects train to have started by 20:45"


def test_what_should_be_done_by_now_is_looked_at_soon() -> None:
    view = running(prospect=example.prospect(None, ((20, 0), (20, 10), (20, 12)), "calendar"))
    told = of(view).next_check
    assert (told.at, told.why) == (example.tonight((20, 20)), "fix was forecast to be done by now")


def test_where_nothing_changes_by_itself_no_time_is_named() -> None:
    told = of(example.phase("a", PhaseState.FAILED), seen=planned(job("a"))).next_check
    assert told.at is None
    assert "nothing starts by itself" in told.why


def test_a_deadline_that_is_over_is_nothing_to_wait_for() -> None:
    over = DeadlineProspect("a", NOW - HOUR, 0.0)
    assert of(example.phase("a", PhaseState.FAILED), deadline=over).next_check.at is None


# Handoff


def test_who_takes_over_is_told_pid_start_log_and_where_it_comes_from() -> None:
    log = LogSeen("/srv/night/logs/fix.log", 1, 1.0, NOW)
    other = LogSeen("/var/log/old.log", 1, 1.0, NOW - HOUR)
    (run,) = of(running(logs=(other, log))).handoff.running
    assert (run.pid, run.since, run.logs) == (7, NOW - HOUR, ("logs/fix.log", "/var/log/old.log"))
    assert run.origin == "started elsewhere; its exit code will not be known"
    ours = attempt("fix", 2, NOW - HOUR, Stage.RUNNING, asked_by="auto")
    assert of(running(attempt=ours)).handoff.running[0].origin == "attempt 2, launched by the plan, run by ana"


def test_what_runs_by_its_log_alone_has_no_pid() -> None:
    gone = example.gone(7, HOUR)
    (run,) = of(example.phase("a", PhaseState.STALLED, process=gone)).handoff.running
    assert (run.pid, run.since, run.origin) == (None, None, "no process of it is known")


@pytest.mark.parametrize(
    ("phase", "drivers", "starts"),
    [
        (job("b", start="auto"), (RUN,), "by itself"),
        (job("b", start="auto"), (), "needs run"),
        (job("b"), (RUN,), "needs a person"),
        (Phase("b", "b", logs=("/srv/night/b.log",)), (RUN,), "elsewhere"),
        (Phase("b", "b", suites=("s",)), (RUN,), "by itself"),
        (Phase("b", "b", suites=("s",)), (), "needs a person"),
        (None, (), "not known"),
    ],
)
def test_of_what_comes_next_it_is_told_who_starts_it(
    phase: Phase | None, drivers: tuple[DriverSeen, ...], starts: str
) -> None:
    seen = planned(phase) if phase else Seen()
    (step,) = of(example.phase("b", gate=shut()), seen=seen, drivers=drivers).handoff.coming
    assert (step.starts, step.gate) == (starts, "NO-GO")
    assert [condition.name for condition in step.waits_for] == ["input player_game_summary", "only writer of t"]


def test_the_gate_of_what_is_only_watched_is_not_called_open() -> None:
    (step,) = of(example.phase("b", PhaseState.UNKNOWN)).handoff.coming
    assert step.gate is None


def test_the_commands_lead_to_the_plan_its_screen_and_its_logs() -> None:
    log = LogSeen("/srv/night/logs/the fix.log", 1, 1.0, NOW)
    report = of(running(logs=(log,)), example.phase("b"), seen=planned(job("b", start="auto")))
    assert report.handoff.commands == (
        "cd /srv/night",
        "backfill-tui  # the screen",
        "backfill-tui status",
        "tail -f 'logs/the fix.log'",
        "backfill-tui run --detach  # starts what is to start by itself",
    )
    assert of(running(), plan=None).handoff.commands == ()
