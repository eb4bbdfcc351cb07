"""A scenario as a plan file: what a user would write who watches that night. Only text is made here."""

from datetime import date, datetime, timedelta

import yaml

from backfill_tui.demo import commands
from backfill_tui.demo.processor import KINDS
from backfill_tui.demo.schedule import Calendar, days_between
from backfill_tui.demo.script import COMPRESSION, Job, Scenario
from backfill_tui.demo.suites import suites_of, suites_text

INPUTS_EVERY_S = 10.0
"""How often the suites of a phase's inputs are run, at `--speed 1`."""

_OWN_TIME_S = 60.0
"""What a deadline allows for beside the night: the work of this machine, which no speed makes shorter."""

_SPARE, _START_S = 1.4, 4.0
"""What an expectation allows for beside the work of the dates: a share of it, and seconds of the clock to start."""

PROGRESS_EVERY_S = 10.0
"""How often `run` prints how far a phase is, at `--speed 1`."""


class _Typed(yaml.SafeDumper):
    """Writes YAML as people type it: a list, or a mapping of plain values, on one line."""


def _list_as_typed(dumper: yaml.SafeDumper, value: list[object]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


def _mapping_as_typed(dumper: yaml.SafeDumper, value: dict[str, object]) -> yaml.Node:
    plain = not any(isinstance(item, dict | list) for item in value.values())
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=plain)


_Typed.add_representer(list, _list_as_typed)
_Typed.add_representer(dict, _mapping_as_typed)

_HEADER = """\
# The plan of a simulated night, played {factor:g} times as fast as it was:
# {story}
"""


def plan_text(
    scenario: Scenario, calendar: Calendar, *, seed: int, speed: float, tag: str, zone: str, begins: datetime
) -> str:
    """The plan file; `begins` is an aware time in `zone`, a name of the time zone database."""
    phases: dict[str, object] = {
        job.phase: _phase(scenario, job, calendar, seed=seed, speed=speed, tag=tag, zone=zone)
        for job in scenario.jobs
    }
    phases |= _go_check(scenario) if scenario.go_check else {}
    *_, last = phases
    by = begins + timedelta(seconds=scenario.deadline_s / speed + _OWN_TIME_S)
    alerts = {"stall_after": "20s"}
    if scenario.late_by_s is not None:
        alerts["late_by"] = _scaled(scenario.late_by_s, speed)
    plan = {
        "plan": scenario.name,
        "timezone": zone,
        "deadline": {"phase": last, "by": f"{by:%Y-%m-%dT%H:%M:%S}"},
        "thresholds": "backfill_thresholds.yaml",
        "next_steps": ["Train XGBoost v5", "Compare to the 4.27 MAE baseline"],
        "warehouse": {"backend": "duckdb", "path": "warehouse/"},
        "calendar": {"csv": "calendar.csv"},
        "alerts": alerts,
        "polling": {"interval": _scaled(PROGRESS_EVERY_S, speed), "progress_every": 1},
        "phases": phases,
    }
    header = _HEADER.format(story=scenario.story, factor=COMPRESSION * speed)
    written = yaml.dump(plan, Dumper=_Typed, sort_keys=False, allow_unicode=True, width=112)
    return f"{header}{written}{suites_text(suites_of(scenario))}"


def _scaled(seconds: float, speed: float) -> str:
    """So many seconds at `--speed 1` as a duration of the plan, of whole seconds."""
    return f"{max(1, round(seconds / speed))}s"


def _go_check(scenario: Scenario) -> dict[str, object]:
    """Every suite on the whole range, and the model's training after it; at night that is left to the morning."""
    check: dict[str, object] = {
        "title": "GO check: every table, one range",
        "dates": _dates(scenario.jobs[-1].start, scenario.jobs[-1].end),  # of what is computed from all others
        "after": [job.phase for job in scenario.jobs],
        "suites": list(scenario.go_check),
    }
    training = {"title": "Train the model", "command": ["echo", "Training XGBoost v5"], "after": ["ml_ready"]}
    return {"ml_ready": check} if scenario.unattended else {"ml_ready": check, "ml_training": training}


def _dates(start: date, end: date) -> dict[str, str]:
    return {"start": str(start), "end": str(end)}


def _phase(
    scenario: Scenario, job: Job, calendar: Calendar, *, seed: int, speed: float, tag: str, zone: str
) -> dict[str, object]:
    run = commands.run_words(job, speed=speed, seed=seed, tag=tag, start="{start}", end="{end}")
    retry = commands.retry_words(job, "{dates}", speed=speed, seed=seed, tag=tag)
    phase: dict[str, object] = {
        "title": job.title,
        "writes": job.writes,
        "dates": _dates(job.start, job.end),
        "log": [job.log, job.retry_log] if job.retry_log else job.log,
        "checkpoint": f"checkpoints/{KINDS[job.job].name}_{{start}}_{{end}}.json",
        "process": {"match": commands.match(job, scenario.jobs, tag=tag)},
        "command": ["{python}", *run],
        "retry": ["{python}", *retry],
        "env": {"TZ": zone},
        "expect": {"duration": _scaled(expected_s(job, calendar), speed)},
    }
    if job.game_dates_only:
        phase["units"] = "calendar"
    if job.auto:
        phase["start"] = "auto"
    if job.after:
        phase["after"] = list(job.after)
    if job.inputs:
        every = _scaled(INPUTS_EVERY_S, speed)
        phase["inputs"] = [{"suite": suite, "lookback": "14d", "every": every} for suite in job.inputs]
    if job.suites:
        phase["suites"] = list(job.suites)
    return phase


def expected_s(job: Job, calendar: Calendar) -> float:
    """How many seconds of the clock an undisturbed run takes at `--speed 1`, as its people have reckoned.

    Games by games, with a little to spare; or by hand, which is what its first date takes times all its dates.
    """
    kind = KINDS[job.job]
    days = days_between(job.start, job.end)
    games = [calendar.games_on(day) for day in days]
    costs = [kind.cost_s(count) for count in games if count or not job.game_dates_only]
    night_s = costs[0] * len(costs) if job.reckoned_by_hand else _SPARE * sum(costs)
    return night_s / (COMPRESSION * job.pace * (job.workers or 1)) + _START_S
