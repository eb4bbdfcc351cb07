"""Every mistake in a plan is a sentence with its line, its key and the nearest valid name, all in one go."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backfill_tui.plan.problems import Problem, in_order, nearest

Says = Callable[[str], list[str]]

PROGRESS = "suites: {s: {progress: {missing: {at_most: 0}}}}\n"

TEN = """\
plan: night
timezone: America/Los_Angles
deadline: {phase: ml_trainig, by: 06:30}
phases:
  fix:
    dtaes: {start: 2021-10-01, end: 2024-05-01}
    log: a.log
  pgs:
    dates: {start: 2024-05-01, end: 2024-04-01}
    command: [run, "{strat}"]
    timeout: 30
    start: automatic
    after: [pgs]
    suites: [team_ofense]
  ml_training: {command: [train]}
suites:
  team_offense: {progress: {missing: {at_most: 0}}}
"""


def test_a_plan_with_ten_mistakes_reports_ten_sentences_with_their_lines(says: Says) -> None:
    assert [sentence for sentence in says(TEN) if "warning" not in sentence] == [
        "2: timezone: there is no time zone 'America/Los_Angles'; did you mean 'America/Los_Angeles'?",
        "3: deadline.phase: there is no phase 'ml_trainig'; did you mean 'ml_training'?",
        "3: deadline.by: must be a date with a time such as 2026-01-04T06:30, not '06:30'",
        "6: phases.fix.dtaes: unknown key; did you mean 'dates'?",
        "9: phases.pgs.dates.end: 2024-04-01 is before start 2024-05-01; swap them, or mend one",
        "10: phases.pgs.command[1]: {strat} is no placeholder; write {{ for a brace; did you mean 'start'?",
        "11: phases.pgs.timeout: must be a duration such as 20s, 30m, 4h47m or 14d, not '30'",
        "12: phases.pgs.start: must be one of manual, auto, not 'automatic'; did you mean 'auto'?",
        "13: phases.pgs.after: waits for itself: pgs → pgs; take one of them out",
        "14: phases.pgs.suites[0]: there is no suite 'team_ofense'; did you mean 'team_offense'?",
    ]


def phase(keys: str) -> str:
    """A plan of one phase with a log, and these keys."""
    return f"plan: n\nphases:\n  a:\n    log: x\n    {keys}\n"


def beside(line: str) -> str:
    """A plan of one phase with a log, and this line."""
    return f"plan: n\n{line}\nphases: {{a: {{log: x}}}}\n"


def suite(keys: str) -> str:
    """A plan of one phase with one suite, which has these keys."""
    return (
        "plan: n\nwarehouse: {backend: bigquery}\nphases: {a: {suites: [s], dates: {start: today, end: today}}}\n"
        f"suites:\n  s: {{{keys}}}\n"
    )


ONE_MISTAKE = [
    # shape
    ("phases: {a: {log: x}}", "1: plan: is missing (its name)"),
    ("plan: n", "1: phases: is missing (the steps, by name, in the order in which they are shown)"),
    ("plan: n\nphases: {}", "2: phases: is empty; name at least one phase"),
    ("plan: n\nphases:", "2: phases: is missing (the steps"),
    ("plan: n\nphases: [a]", "2: phases: must be a mapping, not a list"),
    ("plan: n\nphases: {a: 5}", "2: phases.a: must be a mapping, not '5'"),
    ("plan: [n]\nphases: {a: {log: x}}", "1: plan: must be text, not a list"),
    ("plan: ''\nphases: {a: {log: x}}", "1: plan: is empty"),
    (beside("phase: {}"), "2: phase: unknown key; did you mean 'phases'?"),
    ("plan: n\nplan: m\nphases: {a: {log: x}}", "2: plan: is given twice, first on line 1; keep one"),
    (
        phase("units: calender"),
        "5: phases.a.units: must be one of every_day, calendar, not 'calender'; did you mean",
    ),
    (phase("after: fix"), "5: phases.a.after: must be a list, as in [a, b], not 'fix'"),
    (phase("command: python x.py"), "5: phases.a.command: must be a list of words"),
    (phase("command: []"), "5: phases.a.command: names no program"),
    (phase("command: ['', x]"), "5: phases.a.command: names no program"),
    (phase("command: [run, [x]]"), "5: phases.a.command[1]: must be text, not a list"),
    (phase("process: {pid: abc}"), "5: phases.a.process.pid: must be a process id (a whole number), not 'abc'"),
    (phase("process: {pid: 0}"), "5: phases.a.process.pid: must be a process id between 1 and"),
    (phase("process: {pid: '12'}"), "5: phases.a.process.pid: must be a process id"),
    (phase("process: {}"), "5: phases.a.process: names no process; give pid or match"),
    (phase("grace: -5s"), "5: phases.a.grace: must be a duration"),
    (phase("timeout: 0s"), "5: phases.a.timeout: must be longer than nothing"),
    (phase("checkpoint: {start}"), "put '{start}' in quotes if a text was meant"),
    (phase("env: [A]"), "5: phases.a.env: must be a mapping, not a list"),
    (phase("env: {'A=B': x}"), "5: phases.a.env.A=B: is no name of an environment variable"),
    (phase("inputs: [{lookback: 14d}]"), "5: phases.a.inputs[0].suite: is missing (the name of a suite)"),
    (beside("alerts: {rate_drop: 30}"), "2: alerts.rate_drop: must be a percentage such as 30%"),
    (beside("alerts: {rate_drop: 300%}"), "2: alerts.rate_drop: must be at most 100%"),
    (beside("polling: {progress_every: 0}"), "2: polling.progress_every: must be a count"),
    (beside("notify: x"), "2: notify: must be a list, as in [a, b], not 'x'"),
    (beside("deadline: {phase: a}"), "2: deadline.by: is missing (a date with a time"),
    # names
    ("plan: n\nphases: {a/b: {log: x}}", "2: phases.a/b: a phase's name is made of letters"),
    ("plan: n\nphases: {a.yaml: {log: x}}", "2: phases.a.yaml: would be taken for a plan file"),
    (phase("after: [b]"), "5: phases.a.after[0]: there is no phase 'b'"),
    (phase("suites: [s]"), "5: phases.a.suites[0]: there is no suite 's'; there are: none"),
    (phase("inputs: [{suite: s}]"), "5: phases.a.inputs[0].suite: there is no suite 's'"),
    ("plan: n\nphases: {a: {title: x}}", "2: phases.a: has none of command, process, log, checkpoint, suites"),
    ("plan: n\nphases:\n  a:\n", "3: phases.a: has none of command"),
    # dates and times
    (phase("dates: {start: 2021-10-01}"), "5: phases.a.dates.end: is missing; give start and end, or csv"),
    (phase("dates: {}"), "5: phases.a.dates.start: is missing"),
    (
        phase("dates: {start: today, end: yesterday}"),
        "5: phases.a.dates.end: 2026-01-03 is before start 2026-01-04",
    ),
    (phase("dates: {start: today, end: today, csv: x}"), "5: phases.a.dates: has both a file and a range"),
    (phase("dates: {csv: no.csv}"), "5: phases.a.dates.csv: no.csv: there is no such file"),
    (phase("units: calendar"), "5: phases.a.units: calendar is wanted, but the plan has none"),
    (phase("log_timezone: PTS"), "5: phases.a.log_timezone: there is no time zone 'PTS'"),
    (phase("log_timezone: ../../etc"), "5: phases.a.log_timezone: there is no time zone"),
    (phase("expect: {finish_by: 21:15}"), "5: phases.a.expect.finish_by: must be a date with a time"),
    (
        phase("expect: {start_by: 2026-01-03T21:15, finish_by: 2026-01-03T20:15}"),
        "5: phases.a.expect.finish_by: 2026-01-03 20:15:00 is before start_by 2026-01-03 21:15:00",
    ),
    # placeholders and references
    (phase("checkpoint: c_{start}.json"), "5: phases.a.checkpoint: {start} has no value: the phase has no `dates`"),
    (phase("checkpoint: c_{phse}.json"), "{phse} is no placeholder; write {{ for a brace; did you mean 'phase'?"),
    (phase("command: [awk, '{print $1}']"), "{print $1} is no placeholder; write {{ for a brace"),
    (phase("command: [run, '{dates}']"), "{dates} has a value in `retry` only"),
    (phase("process: {match: 'a(b'}"), "5: phases.a.process.match: is no regular expression"),
    (phase("process: {match: '{start}'}"), "5: phases.a.process.match: {start} has no value"),
    (phase('timeout: "${a.b}h"'), "5: phases.a.timeout: ${a.b} has no value: the plan names no `thresholds` file"),
    (phase('title: "${a.b"'), "5: phases.a.title: '${a.b' has no closing brace"),
    (beside("thresholds: no.yaml"), "2: thresholds: no.yaml: there is no such file"),
    # suites
    (suite("table: t"), "5: suites.s: checks nothing"),
    (suite("table: t, metrics: {n: {sql: COUNT(*)}}"), "5: suites.s: checks nothing"),
    (
        suite("table: t, metrics: {n: {at_least: 1}}"),
        "5: suites.s.metrics.n.sql: is missing (an aggregate expression",
    ),
    (
        suite("metrics: {n: {sql: COUNT(*), at_least: 1}}"),
        "5: suites.s.table: is missing; metrics are asked of a table",
    ),
    (suite("table: t, completeness: {missing_at_most: 0}"), "5: suites.s.date_column: is missing"),
    (
        suite("progress: {missing: {at_least: 5, at_most: 4}}"),
        "5: suites.s.progress.missing.at_least: 5 is above at_most 4",
    ),
    (
        suite("table: t, metrics: {n: {sql: COUNT(*), by: season, each_at_least: 5, each_at_most: 4}}"),
        "5: suites.s.metrics.n.each_at_least: 5 is above each_at_most 4",
    ),
    (
        suite("table: t, metrics: {n: {sql: COUNT(*), at_least: 1, each_at_least: 1}}"),
        "5: suites.s.metrics.n.each_at_least: is a bound on every group, and there is no `by` that makes them",
    ),
    (
        suite("table: a; DROP TABLE b, metrics: {n: {sql: COUNT(*), at_least: 1}}"),
        "is no table; write dataset.table",
    ),
    (suite("table: ../up, metrics: {n: {sql: COUNT(*), at_least: 1}}"), "is no table; write dataset.table"),
    (suite("table: a.b.c.d, metrics: {n: {sql: COUNT(*), at_least: 1}}"), "is no table; write dataset.table"),
    (
        suite("queries: {q: {sql: SELECT 1, expect: no_rows, at_most: 1}}"),
        "5: suites.s.queries.q.expect: is no_rows, so there is no first value for at_least or at_most",
    ),
    (
        "plan: n\nphases:\n  a: {log: x, inputs: [{suite: s}, {suite: s, lookback: 3d}]}\n" + PROGRESS,
        "3: phases.a.inputs[1]: names suite s a second time; name it once",
    ),
    (suite("queries: {q: {sql: SELECT 1, each_at_least: 1}}"), "5: suites.s.queries.q.each_at_least: unknown key"),
    (suite("progress: {missing: {at_most: high}}"), "at_most: must be a number or one ${section.key}, not 'high'"),
    (
        suite("progress: {success_rate: {at_least: 80%}}"),
        "not '80%'; write 80 if what it bounds is in per cent (0 to 100), 0.8 if it is a share",
    ),
    (suite("progress: {missing: {at_most: '5'}}"), "not '5'; write it without quotes"),
    (suite("progress: {mising: {at_most: 5}}"), "5: suites.s.progress.mising: must be one of"),
    (
        suite("table: t, metrics: {n: {sql: COUNT(a, b), at_most: 1}}"),
        "unknown key; a comma ended the value before it",
    ),
    (
        suite("commands: {c: {run: [x, '{dates}']}}"),
        "5: suites.s.commands.c.run[1]: {dates} has no value in a suite's command; write {start} and {end}",
    ),
    (suite("commands: {c: {run: [x, '{nope}']}}"), "5: suites.s.commands.c.run[1]: {nope} is no placeholder"),
    (
        suite("queries: {q: {sql: SELECT 1, expect: row}}"),
        "expect: must be one of rows, no_rows, not 'row'; did you mean",
    ),
    # what surrounds them
    (beside("warehouse: {backend: duckdb}"), "2: warehouse.path: is missing"),
    (beside("warehouse: {path: x}"), "2: warehouse.backend: is missing"),
    (beside("warehouse: {backend: bigquery, path: x}"), "2: warehouse.path: has no meaning"),
    (beside("calendar: {sql: SELECT 1}"), "2: calendar.sql: runs in a warehouse"),
    (beside("calendar: {}"), "2: calendar: needs either sql or csv"),
    (beside("calendar: {csv: no.csv}"), "2: calendar.csv: no.csv: there is no such file"),
    (beside("probes: {p: {every: 5m}}"), "2: probes.p: needs one of run, http and sql"),
    (beside("probes: {p: {run: [x], status: 200}}"), "2: probes.p.status: belongs to http"),
    (beside("probes: {p: {sql: SELECT 1}}"), "2: probes.p.sql: runs in a warehouse"),
    (beside("probes: {p: {run: ['{phase}']}}"), "2: probes.p.run[0]: {phase} has no value here"),
    (
        beside("probes: {p: {http: 'file:///etc/passwd'}}"),
        "2: probes.p.http: must be an address that begins with http",
    ),
    (beside("terminal: {bell: no}"), "2: terminal.bell: must be true or false, not 'no'"),
]


@pytest.mark.parametrize(("text", "said"), ONE_MISTAKE, ids=[said[:60] for _, said in ONE_MISTAKE])
def test_a_mistake_is_told_once_with_its_line_and_key(says: Says, text: str, said: str) -> None:
    sentences = [sentence for sentence in says(text) if "warning" not in sentence]
    assert said in sentences[0]
    assert len(sentences) == (2 if "dates: {}" in text else 1)  # there both ends are missing


def test_a_word_that_is_none_of_a_list_s_is_told_with_its_place(says: Says) -> None:
    (said,) = says(beside("notify_on: [critical, transition]"))
    assert said.startswith("2: notify_on[1]: must be one of critical, warning, info, transitions, not 'transition'")
    assert said.endswith("did you mean 'transitions'?")


def test_a_cycle_is_told_once_with_its_path(says: Says) -> None:
    text = "plan: n\nphases:\n  a: {log: x, after: [b]}\n  b: {log: x, after: [c]}\n  c: {log: x, after: [a, b]}\n"
    assert says(text) == [
        "3: phases.a.after: waits for itself: a → b → c → a; take one of them out",
        "4: phases.b.after: waits for itself: b → c → b; take one of them out",
    ]


def test_a_diamond_is_no_cycle(says: Says) -> None:
    text = "plan: n\nphases:\n  a: {log: x}\n  b: {log: x, after: [a]}\n  c: {log: x, after: [a]}\n"
    assert says(f"{text}  d: {{log: x, after: [b, c, a]}}\n") == []


def test_two_phases_may_not_share_a_checkpoint_once_placeholders_are_filled(says: Says) -> None:
    text = """\
plan: n
phases:
  a: {checkpoint: "c_{start}.json", dates: {start: 2021-10-01, end: 2021-10-02}}
  b: {checkpoint: ./x/../c_2021-10-01.json}
"""
    assert says(text) == ["4: phases.b.checkpoint: is the checkpoint of phase a too; each phase keeps its own"]


def test_a_suite_that_asks_a_table_needs_a_warehouse_and_one_that_does_not_needs_none(says: Says) -> None:
    asks = (
        "plan: n\nphases: {a: {suites: [s]}}\nsuites: {s: {table: d.t, metrics: {n: {sql: MAX(x), at_least: 1}}}}\n"
    )
    assert [s[:45] for s in says(asks)] == ["3: suites: run in a warehouse, and the plan h"]
    assert says("plan: n\nphases: {a: {suites: [s]}}\nsuites: {s: {commands: {c: {run: [x]}}}}\n") == []


def test_a_command_of_a_suite_that_wants_dates_needs_a_phase_with_dates(says: Says) -> None:
    text = "plan: n\nphases: {a: {suites: [s]}}\nsuites: {s: {commands: {c: {run: [x, '{start}']}}}}\n"
    assert says(text) == [
        "2: phases.a.suites[0]: a command of suite s wants {start} or {end}, and the phase has no `dates`"
    ]


def test_mistakes_of_the_thresholds_file_carry_its_own_name_and_no_reference_to_it_is_blamed(
    says: Says, tmp_path: Path
) -> None:
    (tmp_path / "t.yaml").write_text("a: {x: 1, x: 2}\n")
    text = 'plan: n\nthresholds: t.yaml\nphases: {a: {log: x, timeout: "${a.y}h", typo: 1}}\n'
    first, second = says(text)
    assert first.startswith("3: phases.a.typo: unknown key")
    assert second == "t.yaml:1: a.x: is given twice, first on line 1; keep one"


def test_an_unknown_threshold_names_the_nearest(says: Says, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("team_offense: {min_games: 1}\nprecompute: {min_games: 4}\n")
    text = 'plan: n\nthresholds: t.yaml\nphases: {a: {log: x, timeout: "${team_offense.min_gmes}h"}}\n'
    (sentence,) = says(text)
    assert sentence.startswith("3: phases.a.timeout: ${team_offense.min_gmes} is not in the thresholds file")
    assert sentence.endswith("did you mean 'team_offense.min_games'?")


def test_a_mistake_is_placed_in_its_own_row_of_a_list_and_its_neighbours_are_still_looked_at(says: Says) -> None:
    text = """\
plan: n
phases:
  a:
    log: x
    inputs:
      - 5
      - {suite: nope, lookback: 90m}
    after:
      - [b]
      - c
"""
    assert says(text) == [
        "6: phases.a.inputs[0]: must be a mapping, not '5'",
        "7: phases.a.inputs[1].suite: there is no suite 'nope'; there are: none",
        "7: phases.a.inputs[1].lookback: must be whole days, as in 14d, not '90m'",
        "9: phases.a.after[0]: must be text, not a list",
        "10: phases.a.after[1]: there is no phase 'c'; there are: a",
    ]


def test_what_is_odd_but_usable_is_a_warning(says: Says) -> None:
    text = """\
plan: n
phases:
  a: {log: x, start: auto, retry: [run], cwd: nowhere}
suites:
  s: {progress: {missing: {at_most: 0}}}
"""
    assert says(text) == [
        "3: phases.a.start: warning: auto has no effect on a phase without `command`",
        "3: phases.a.retry: warning: does not contain {dates}, so it would not run the dates that are asked for",
        "3: phases.a.cwd: warning: there is no folder nowhere yet",
        "5: suites.s: warning: is used by no phase; name it in `suites` or `inputs` of one",
    ]


def test_a_suite_that_is_only_information_and_a_table_without_a_dataset_are_odd_but_usable(says: Says) -> None:
    text = """\
plan: n
warehouse: {backend: duckdb, path: w}
phases: {a: {suites: [s]}}
suites:
  s: {table: t, metrics: {n: {sql: COUNT(*), at_least: 1, severity: info}, m: {sql: MAX(x)}}}
"""
    assert says(text) == [
        "5: suites.s: warning: can never fail: all its checks have severity info; give one of them error or warn",
        "5: suites.s.table: warning: 't' has no dataset; write dataset.table",
    ]


def test_no_sentence_is_pydantics(says: Says) -> None:
    sentences = [sentence for text, _ in ONE_MISTAKE for sentence in says(text)]
    assert not [s for s in sentences if "Input should" in s or "pydantic" in s or "can't be used here" in s]


def test_the_nearest_name_ignores_case_and_hyphens() -> None:
    assert nearest("Log-Timezone", ["log", "log_timezone"]) == "log_timezone"
    assert nearest("qqq", ["log", "title"]) is None


def test_problems_are_in_the_order_of_the_plan_then_of_other_files() -> None:
    def at(file: str, line: int) -> Problem:
        return Problem(file, line, 1, "", "x")

    shuffled = [at("t.yaml", 1), at("p.yaml", 9), at("p.yaml", 2), at("p.yaml", 9)]
    assert in_order(shuffled, "p.yaml") == [at("p.yaml", 2), at("p.yaml", 9), at("t.yaml", 1)]
