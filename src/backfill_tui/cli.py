"""The command line: verbs and their words. Each verb imports only what it needs, when it runs."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from backfill_tui import __version__
from backfill_tui.errors import BackfillError, UsageError

if TYPE_CHECKING:
    from backfill_tui.engine.plans import OpenedPlan

USAGE = 64
INTERRUPTED = 130
COULD_NOT_TELL = 3
DEFAULT_PLAN = "backfill.yaml"
_DASHBOARD = "dashboard"  # what runs when the first word is a plan, or there is none

_COMING = frozenset(("init", "doctor"))

FILE = click.Path(path_type=Path)


def run(words: list[str]) -> int:
    """Carry out a command line and return its exit code. Errors are sentences on stderr."""
    verbose = "--verbose" in words
    try:
        return int(app.main(_with_verb(words), prog_name="backfill-tui", standalone_mode=False) or 0)
    except click.UsageError as error:
        _say(error.format_message())
        return USAGE
    except click.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `| head`: nobody reads on; nothing is wrong
        sys.stdout = None  # or the interpreter complains on leaving
        return 0
    except BackfillError as error:
        if verbose:
            raise
        for line in (*getattr(error, "problems", ()),) or (error,):
            _say(str(line))
        return error.exit_code
    except Exception as error:
        if verbose:
            raise
        _say(
            f"it broke, which is a mistake in the program ({type(error).__name__}: {error}). --verbose tells where."
        )
        return COULD_NOT_TELL


def _with_verb(words: list[str]) -> list[str]:
    """A first argument that is a verb is the verb; else it is a plan if it looks like one; else wrong usage."""
    values = {i + 1 for i, word in enumerate(words) if word == "--state-dir"}
    place = next((i for i, word in enumerate(words) if not word.startswith("-") and i not in values), None)
    if place is None:
        return words if {"--help", "--version"} & set(words) else [_DASHBOARD, *words]
    first = words[place]
    if first in app.commands and first != _DASHBOARD:
        return [first, *words[:place], *words[place + 1 :]]
    if first.endswith((".yaml", ".yml")) or Path(first).is_file():
        return [_DASHBOARD, *words]
    if first in _COMING:
        raise UsageError(f"'{first}' is not there yet.", todo="README.md says what is.")
    near = get_close_matches(first, [name for name in app.commands if name != _DASHBOARD], n=1)
    hint = f" Did you mean '{near[0]}'?" if near else " See backfill-tui --help."
    raise UsageError(f"'{first}' is neither a verb nor a plan file.{hint}")


def _say(sentence: str) -> None:
    click.echo(f"backfill-tui: {sentence}", err=True)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every verb has."""
    for option in (
        click.option("--json", "json_wanted", is_flag=True, help="Print JSON (docs/json.md)."),
        click.option("--state-dir", type=FILE, help="Where the ledger and the runs are kept."),
        click.option("--read-only", is_flag=True, help="Change and record nothing: no launch, stop, override."),
        click.option("--verbose", is_flag=True, help="Tracebacks of errors."),
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="backfill-tui")
def app() -> None:
    """Watch, judge and drive long data backfills from a terminal.

    backfill-tui [PLAN] opens the dashboard on a plan file, by default backfill.yaml in this folder.
    """


def environment_zone(name: str | None) -> ZoneInfo:
    """The zone of a --timezone, else the machine's; UsageError if there is none of that name."""
    from backfill_tui.plan.timezones import machine_zone

    if name is None:
        return machine_zone(os.environ)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(
            f"--timezone: there is no time zone '{name}'. Names are like America/Los_Angeles."
        ) from error


def moment_in(text: str | None, zone: ZoneInfo, option: str) -> datetime | None:
    """A TIME of the command line; one without an offset is in `zone`."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option}: '{text}' is not a time. Times are like 2026-01-03T18:00 or …T18:00-08:00."
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=zone)


def plan_path(plan: Path | None) -> Path:
    """The plan given, else backfill.yaml of this folder; UsageError if there is neither."""
    if plan is not None:
        if plan.suffix in {".yaml", ".yml"} or plan.is_file():
            return plan
        raise UsageError(f"'{plan}' is no plan file.", todo="A plan ends in .yaml or .yml, or is a file.")
    default = Path(DEFAULT_PLAN)
    if default.exists():
        return default
    raise UsageError(
        f"there is no {DEFAULT_PLAN} in this folder.",
        todo="Name a plan, watch files with `backfill-tui watch --log FILE`, or see `backfill-tui demo`.",
    )


def _plan_and_phases(words: tuple[str, ...]) -> tuple[Path | None, list[str]]:
    """A first word that looks like a plan is the plan; the others are phases, each once, in their order."""
    is_plan = bool(words) and (words[0].endswith((".yaml", ".yml")) or Path(words[0]).is_file())
    names = list(dict.fromkeys(words[1:] if is_plan else words))
    if not names:
        taken = f"'{words[0]}' is taken for the plan, and " if is_plan else ""
        raise UsageError(f"{taken}no phase is named.", todo="Name one or more phases of the plan.")
    return Path(words[0]) if is_plan else None, names


def _plan_and_phase(words: tuple[str, ...]) -> tuple[Path | None, str]:
    """As `_plan_and_phases`, of a verb that acts on one phase."""
    plan, names = _plan_and_phases(words)
    if len(names) > 1:
        raise UsageError(f"one phase is meant, and {len(names)} are named: {', '.join(names)}.")
    return plan, names[0]


@app.command("inspect")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--as-of", metavar="TIME", help="Read as if it were then: nothing later is used.")
@click.option("--history", multiple=True, type=FILE, help="A log of an earlier run to learn from.")
@click.option("--timezone", metavar="ZONE", help="Of times without an offset; default: the machine's.")
@common
def inspect_verb(
    files: tuple[Path, ...],
    as_of: str | None,
    history: tuple[Path, ...],
    timezone: str | None,
    json_wanted: bool,
    **_: Any,
) -> int:
    """Read logs and checkpoints, print the account of their dates."""
    from backfill_tui.headless.inspect import inspect

    zone = environment_zone(timezone)
    return inspect(
        files, as_of=moment_in(as_of, zone, "--as-of"), history=history, timezone=zone, json_wanted=json_wanted
    )


@app.command("check")
@click.argument("plan", required=False, type=FILE)
@common
def check_verb(plan: Path | None, json_wanted: bool, **_: Any) -> int:
    """Lint a plan: every problem with file, line, key and nearest valid name."""
    from backfill_tui.headless.check import check

    return check(plan_path(plan), as_json=json_wanted, now=datetime.now(UTC), environ=os.environ)


@app.command("schema")
@common
def schema_verb(**_: Any) -> int:
    """Print the JSON Schema of the plan file."""
    from backfill_tui.headless.schema import schema

    return schema()


@app.command("status")
@click.argument("plan", required=False, type=FILE)
@click.option("--exit-code", "by_health", is_flag=True, help="Exit by health: 0 healthy, 2 warning, 1 critical.")
@common
def status_verb(plan: Path | None, by_health: bool, json_wanted: bool, state_dir: Path | None, **_: Any) -> int:
    """Print one snapshot of a plan."""
    from backfill_tui.headless.status import status

    opened = _opened(plan_path(plan), state_dir)
    return status(opened, json_wanted=json_wanted, by_health=by_health)


@app.command("validate")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE...")
@click.option("--inputs", is_flag=True, help="Judge what the phases read instead of what they wrote.")
@common
def validate_verb(
    words: tuple[str, ...], inputs: bool, json_wanted: bool, state_dir: Path | None, read_only: bool, **_: Any
) -> int:
    """Run the suites of phases now; record what they find and judge the phases again."""
    plan, names = _plan_and_phases(words)
    opened = _opened(plan_path(plan), state_dir)
    from backfill_tui.headless.validate import validate_phases

    return validate_phases(opened, names, inputs=inputs, json_wanted=json_wanted, read_only=read_only)


@app.command("report")
@click.argument("plan", required=False, type=FILE)
@click.option("--format", "fmt", type=click.Choice(["md", "json"]), help="Markdown (default) or JSON.")
@click.option("--output", type=FILE, help="Write it to this file, whole; default: stdout.")
@click.option("--template", type=FILE, help="A Jinja template of the Markdown (docs/report.md).")
@common
def report_verb(
    plan: Path | None,
    fmt: str | None,
    output: Path | None,
    template: Path | None,
    json_wanted: bool,
    state_dir: Path | None,
    **_: Any,
) -> int:
    """Report what became of every phase: so far, or finally once all are judged."""
    if json_wanted and fmt == "md":
        raise UsageError("--json and --format md exclude each other.", todo="Leave out one of them.")
    if template is not None and (json_wanted or fmt == "json"):
        raise UsageError("--template is for Markdown.", todo="Leave it out, or ask for --format md.")
    opened = _opened(plan_path(plan), state_dir)
    from backfill_tui.headless.report import report

    return report(opened, fmt="json" if json_wanted or fmt == "json" else "md", output=output, template=template)


_YES = click.option("--yes", is_flag=True, help="Do not ask.")
_WAIT = click.option("--wait", is_flag=True, help="Wait for the end and the verdict.")


@app.command("launch")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE")
@click.option("--override", metavar="REASON", help="Start it against a closed gate; the reason is kept.")
@click.option("--again", is_flag=True, help="Make another attempt once one has ended.")
@_WAIT
@_YES
@common
def launch_verb(
    words: tuple[str, ...],
    override: str | None,
    again: bool,
    wait: bool,
    yes: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Start a phase, once, if its gate is open."""
    plan, phase = _plan_and_phase(words)
    opened = _opened(plan_path(plan), state_dir)
    from backfill_tui.headless.launch import launch_phase
    from backfill_tui.headless.starting import Wish

    wish = Wish(phase, yes=yes, wait=wait, json_wanted=json_wanted)
    return launch_phase(opened, wish, override=override, again=again, read_only=read_only)


@app.command("retry")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE")
@_WAIT
@_YES
@common
def retry_verb(
    words: tuple[str, ...],
    wait: bool,
    yes: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Run a phase's failed and missing dates again."""
    plan, phase = _plan_and_phase(words)
    opened = _opened(plan_path(plan), state_dir)
    from backfill_tui.headless.retry import retry_phase
    from backfill_tui.headless.starting import Wish

    return retry_phase(opened, Wish(phase, yes=yes, wait=wait, json_wanted=json_wanted), read_only=read_only)


@app.command("stop")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE")
@click.option("--reason", default="asked at the command line", help="Why; kept in the ledger.")
@_YES
@common
def stop_verb(
    words: tuple[str, ...],
    reason: str,
    yes: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Stop a phase's process and all that it started."""
    plan, phase = _plan_and_phase(words)
    opened = _opened(plan_path(plan), state_dir)
    from backfill_tui.headless.stop import stop_phase

    return stop_phase(opened, phase, reason=reason, yes=yes, json_wanted=json_wanted, read_only=read_only)


@app.command("accept")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE")
@click.option("--reason", required=True, help="Why it is good enough; kept in the ledger and the report.")
@common
def accept_verb(
    words: tuple[str, ...], reason: str, json_wanted: bool, state_dir: Path | None, read_only: bool, **_: Any
) -> int:
    """A person's GO: the phase counts as passed from now on."""
    plan, phase = _plan_and_phase(words)
    opened = _opened(plan_path(plan), state_dir)
    from backfill_tui.headless.accept import accept_phase

    return accept_phase(opened, phase, reason=reason, json_wanted=json_wanted, read_only=read_only)


@app.command("run")
@click.argument("plan", required=False, type=FILE)
@click.option("--until", metavar="PHASE", help="Only this phase and what it waits for; done once it is judged.")
@click.option("--dry-run", is_flag=True, help="Say what would be started, and why the rest would not; do nothing.")
@click.option("--detach", is_flag=True, help="Leave the terminal and go on; lines go to STATE_DIR/run.log.")
@common
def run_verb(
    plan: Path | None,
    until: str | None,
    dry_run: bool,
    detach: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Drive a plan unattended: judge what has ended, start `auto` phases, until nothing more can come of it."""
    from backfill_tui.headless.run import run as run_plan

    return run_plan(
        _opened(plan_path(plan), state_dir),
        until=until,
        dry_run=dry_run,
        detach=detach,
        json_wanted=json_wanted,
        read_only=read_only,
    )


@app.command("orchestrate")
@click.option("--phase1-pid", "pid", required=True, type=click.IntRange(1, 2**31 - 1), help="Phase 1's process.")
@click.option("--phase1-log", "log", required=True, type=FILE, help="Phase 1's log.")
@click.option("--phase1-dates", required=True, metavar='"S E"', help="Its first and last date, in one argument.")
@click.option("--phase2-dates", metavar='"S E"', help="Phase 2's; default: as the plan has them.")
@click.option("--config", "thresholds", type=FILE, help="Thresholds; they come before those of the plan.")
@click.option("--plan", type=FILE, help="Another plan than the config/nba.yaml that is shipped.")
@click.option("--dry-run", is_flag=True, help="Say what would be started, and why the rest would not; do nothing.")
@common
def orchestrate_verb(
    pid: int,
    log: Path,
    phase1_dates: str,
    phase2_dates: str | None,
    thresholds: Path | None,
    plan: Path | None,
    dry_run: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Wait for a phase 1 that runs already, judge it, and start phase 2 if it is good."""
    from backfill_tui.headless.orchestrate import Flags, orchestrate

    flags = Flags(pid, log, phase1_dates, phase2_dates, thresholds, plan, state_dir)
    return orchestrate(flags, dry_run=dry_run, json_wanted=json_wanted, read_only=read_only)


@app.command("watch")
@click.option(
    "--log", "logs", multiple=True, type=FILE, help="A log. The n-th log, checkpoint and pid belong together."
)
@click.option("--checkpoint", "checkpoints", multiple=True, type=FILE, help="A checkpoint.")
@click.option("--pid", "pids", multiple=True, type=click.IntRange(1), help="A process.")
@click.option("--timezone", metavar="ZONE", help="Of times without an offset; default: the machine's.")
@common
def watch_verb(
    logs: tuple[Path, ...],
    checkpoints: tuple[Path, ...],
    pids: tuple[int, ...],
    timezone: str | None,
    json_wanted: bool,
    **_: Any,
) -> int:
    """Open the dashboard on files and pids given by hand; with --json, print one snapshot of them."""
    from backfill_tui.engine.plans import OpenedPlan
    from backfill_tui.plan.by_hand import plan_of
    from backfill_tui.sources.dialects.load import own_dialects

    if not logs and not checkpoints and not pids:
        raise UsageError("nothing to watch.", todo="Name at least one --log, --checkpoint or --pid.")
    here = Path.cwd()
    plan = plan_of(logs, checkpoints, pids, folder=here, zone=environment_zone(timezone))
    opened = OpenedPlan(plan, own_dialects(here, os.environ))
    if json_wanted:
        from backfill_tui.headless.status import status

        return status(opened, json_wanted=True, by_health=False)
    return _open_screen(opened, read_only=True)


@app.command(_DASHBOARD, hidden=True)
@click.argument("plan", required=False, type=FILE)
@click.option("--auto", is_flag=True, help="Do what `run` does: judge what has ended, start `auto` phases.")
@common
def dashboard_verb(
    plan: Path | None, auto: bool, json_wanted: bool, state_dir: Path | None, read_only: bool, **_: Any
) -> int:
    """Open the dashboard on a plan."""
    if auto and read_only:
        raise UsageError("--auto starts things, and --read-only changes nothing.", todo="Leave one of them out.")
    if json_wanted:
        raise UsageError("the dashboard has no --json.", todo="`backfill-tui status --json` prints one snapshot.")
    return _open_screen(_opened(plan_path(plan), state_dir), read_only=read_only, auto=auto)


@app.command("demo")
@click.option("--scenario", default="nba-night", show_default=True, help="Which night to play (docs/demo.md).")
@click.option("--speed", type=click.FloatRange(0.01), default=1.0, show_default=True, help="How many times faster.")
@click.option("--dir", "folder", type=FILE, help="Where it plays; default: demo-night in this folder.")
@click.option("--headless", is_flag=True, help="Print lines instead of a screen.")
@click.option("--cleanup", is_flag=True, help="Stop its processes on leaving; if it runs already, only that.")
@click.option("--seed", default=7, show_default=True, help="The same seed plays the same night.")
@common
def demo_verb(
    scenario: str, speed: float, folder: Path | None, headless: bool, cleanup: bool, seed: int, **_: Any
) -> int:
    """Play a simulated night: real processes, logs, checkpoints and tables."""
    if not headless and not cleanup:
        _need_a_terminal()
    from backfill_tui.demo.play import play
    from backfill_tui.headless.line import StatusLine

    def drive(plan: Path) -> int:
        from backfill_tui.headless.run import run as run_plan

        opened = _opened(plan, None)
        return run_plan(opened, until=None, dry_run=False, detach=False, json_wanted=False, read_only=False)

    return play(
        scenario=scenario,
        speed=speed,
        folder=folder,
        headless=headless,
        cleanup=cleanup,
        seed=seed,
        open_dashboard=lambda plan, *, auto: _open_screen(_opened(plan, None), read_only=False, auto=auto),
        drive=drive,
        print_status=StatusLine().of,
        out=sys.stdout,
        err=sys.stderr,
    )


def _need_a_terminal() -> None:
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        raise UsageError("the screen needs a terminal.", todo="`backfill-tui status` prints one snapshot without.")


def _opened(path: Path, state_dir: Path | None) -> "OpenedPlan":
    from backfill_tui.engine.plans import open_plan

    return open_plan(path, now=datetime.now(UTC), environ=os.environ, state_dir=state_dir)


def _open_screen(opened: "OpenedPlan", *, read_only: bool, auto: bool = False) -> int:
    _need_a_terminal()
    for inherited in ("COLUMNS", "LINES"):  # a shell's idea of a window that may have another size by now
        os.environ.pop(inherited, None)
    from backfill_tui.engine.session import Session
    from backfill_tui.tui.app import run_dashboard

    session = Session(opened, read_only=read_only, auto=auto)
    try:
        return run_dashboard(session.feed, judge=session.judge, operator=session.operator, read_only=read_only)
    finally:
        session.close()
