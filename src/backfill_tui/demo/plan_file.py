"""A scenario as a plan file: what a user would write who watches that night. Only text is made here."""

from datetime import datetime, timedelta

import yaml

from backfill_tui.demo import commands
from backfill_tui.demo.processor import KINDS
from backfill_tui.demo.scenarios import COMPRESSION, Job, Scenario
from backfill_tui.demo.schedule import Calendar, days_between

THRESHOLDS = """\
team_offense:
  min_games: 5600
  min_success_rate: 95
  min_quality_score: 75
  min_production_ready_pct: 80
  timeout_hours: 8
player_game_summary:
  min_records: 35000
  min_success_rate: 95
  minutes_played_pct: 99
  usage_rate_pct: 95
  shot_zones_pct: 40
  min_quality_score: 75
  min_production_ready_pct: 95
  timeout_hours: 5
precompute:
  min_coverage_pct: 88
  min_success_rate: 90
  timeout_hours: 4
polling:
  interval_seconds: 60
  progress_update_interval: 10
"""


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
    last = scenario.jobs[-1].phase
    if scenario.training:
        phases["ml_training"] = {
            "title": "Train the model",
            "command": ["echo", "Training XGBoost v5"],
            "after": [last],
        }
        last = "ml_training"
    by = begins + timedelta(seconds=scenario.deadline_s / speed)
    plan = {
        "plan": scenario.name,
        "timezone": zone,
        "deadline": {"phase": last, "by": f"{by:%Y-%m-%dT%H:%M:%S}"},
        "thresholds": "backfill_thresholds.yaml",
        "next_steps": ["Train XGBoost v5", "Compare to the 4.27 MAE baseline"],
        "warehouse": {"backend": "duckdb", "path": "warehouse/"},
        "calendar": {"csv": "calendar.csv"},
        "alerts": {"stall_after": "20s"},
        "phases": phases,
    }
    header = _HEADER.format(story=scenario.story, factor=COMPRESSION * speed)
    return header + yaml.dump(plan, Dumper=_Typed, sort_keys=False, allow_unicode=True, width=112)


def _phase(
    scenario: Scenario, job: Job, calendar: Calendar, *, seed: int, speed: float, tag: str, zone: str
) -> dict[str, object]:
    run = commands.run_words(job, speed=speed, seed=seed, tag=tag, start="{start}", end="{end}")
    retry = commands.retry_words(job, "{dates}", speed=speed, seed=seed, tag=tag)
    phase: dict[str, object] = {
        "title": job.title,
        "writes": job.writes,
        "dates": {"start": str(job.start), "end": str(job.end)},
        "log": [job.log, job.retry_log] if job.retry_log else job.log,
        "checkpoint": f"checkpoints/{KINDS[job.job].name}_{{start}}_{{end}}.json",
        "process": {"match": commands.match(job, scenario.jobs, tag=tag)},
        "command": ["{python}", *run],
        "retry": ["{python}", *retry],
        "env": {"TZ": zone},
        "expect": {"duration": f"{max(1, round(expected_s(job, calendar) / speed))}s"},
    }
    if job.game_dates_only:
        phase["units"] = "calendar"
    if job.after:
        phase["after"] = list(job.after)
    return phase


def expected_s(job: Job, calendar: Calendar) -> float:
    """How many seconds of the clock an undisturbed run takes at `--speed 1`, as its people would have reckoned."""
    kind = KINDS[job.job]
    days = days_between(job.start, job.end)
    games = [count for day in days if (count := calendar.games_on(day))]
    off_days = 0 if job.game_dates_only else len(days) - len(games)
    night_s = len(games) * kind.base_s + sum(games) * kind.game_s + off_days * kind.empty_s
    return 1.1 * night_s / (COMPRESSION * job.pace * (job.workers or 1)) + 2.0
