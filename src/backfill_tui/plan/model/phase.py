"""A phase as it is written: what it fills, where it shows itself, how it starts, and by when."""

from pydantic import Field

from backfill_tui.plan.model import Settings
from backfill_tui.plan.model.scalars import (
    Argument,
    Argv,
    Day,
    Duration,
    Moment,
    Pid,
    PositiveDuration,
    Text,
    Texts,
    WholeDays,
)
from backfill_tui.plan.words import OnTimeout, Start, Units


class DatesWritten(Settings):
    """The dates of a phase: a range, or a file that lists them."""

    start: Day | None = Field(None, description="The first date: ISO, or today, yesterday, today-3d.")
    end: Day | None = Field(None, description="The last date, included: ISO, or today, yesterday, today-3d.")
    csv: Text | None = Field(None, description="A file with a column `date`, instead of start and end.")


class ProcessWritten(Settings):
    """Which running process is this phase's."""

    pid: Pid | None = Field(None, description="Its process id; not adopted if the pid has been recycled.")
    match: Text | None = Field(
        None, description="A regular expression that its command line contains; {start} and the like are filled in."
    )


class ExpectWritten(Settings):
    """The plan that a phase is compared with."""

    start_by: Moment | None = Field(None, description="When it should have started.")
    duration: PositiveDuration | None = Field(None, description="How long it should take, such as 4h47m.")
    finish_by: Moment | None = Field(None, description="When it should be done.")


class InputWritten(Settings):
    """A suite that must pass on what this phase reads."""

    suite: Text = Field(description="The name of a suite.")
    lookback: WholeDays = Field(
        0, description="Days before the phase's range that it reads too, such as 14d. Default: none."
    )
    every: PositiveDuration | None = Field(None, description="Run it at this interval. Default: only when asked.")


class PhaseWritten(Settings):
    """A named step. At least one of command, process, log, checkpoint and suites."""

    title: Text | None = Field(None, description="Shown instead of its name. Default: the name.")
    writes: Text | None = Field(
        None, description="The table it fills; two writers of it on common dates are a conflict."
    )
    dates: DatesWritten | None = Field(None, description="Its dates. Default: none, a plain step.")
    units: Units = Field("every_day", description="Which dates are expected: every_day, or those of the calendar.")
    log: Texts = Field([], description="A path, a glob or a list; all matches are read in time order as one log.")
    log_timezone: Text | None = Field(None, description="Time zone of its naive timestamps. Default: the plan's.")
    checkpoint: Text | None = Field(None, description="The job's JSON checkpoint; no two phases share one.")
    process: ProcessWritten | None = Field(None, description="How to find the process, if it runs already.")
    dialect: Text = Field("auto", description="How its log talks: auto, or a name from dialects.yaml.")
    command: Argv | None = Field(
        None,
        description="How to start it: the program and its arguments; no shell reads it. Default: only watched.",
    )
    retry: Argv | None = Field(None, description="How to run single dates again; {dates} is filled in then.")
    cwd: Text | None = Field(
        None,
        description="The folder it runs in; the program is looked up from there, then in PATH. "
        "Default: the plan's folder.",
    )
    env: dict[str, Argument] = Field({}, description="Added to the environment.")
    after: list[Text] = Field([], description="Phases that must have passed before, and still be fresh.")
    start: Start = Field(
        "manual", description="manual: a person starts it; auto: `run` may, once its gate is open."
    )
    timeout: PositiveDuration | None = Field(None, description="How long it may run. Default: no limit.")
    on_timeout: OnTimeout = Field("alert", description="What happens then: alert, or stop.")
    grace: Duration = Field(30.0, description="Between SIGTERM and the offer of SIGKILL. Default 30s.")
    expect: ExpectWritten | None = Field(None, description="When it should start and be done.")
    inputs: list[InputWritten] = Field([], description="Suites that must pass on its inputs before it may start.")
    suites: list[Text] = Field([], description="Suites that judge its output.")
