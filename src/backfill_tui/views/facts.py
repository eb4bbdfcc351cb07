"""What is known of a phase beside its dates: process, checkpoint, runs found, logs; a label and a sentence each."""

from dataclasses import dataclass
from datetime import datetime

from backfill_tui.checks.model import Check, Status, worst
from backfill_tui.control.attempt import Attempt, Kind
from backfill_tui.engine.snapshot import CheckpointSeen, LogSeen, PhaseView, Snapshot
from backfill_tui.progress.account import Run, RunEnd
from backfill_tui.sources.events import Mode
from backfill_tui.sources.presence import Presence, ProcessSeen
from backfill_tui.views import conflicts, formats, verdicts
from backfill_tui.views.spans import Line, Span, Tone, one, plain, spread, wrap

LABEL = 11


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what is so. An empty label continues the one above."""

    label: str
    text: str
    tone: Tone = Tone.TEXT
    most: int = 20  # lines that it may take


def lines(facts: list[Fact], room: int) -> list[Line]:
    """Labels in a column at the left, sentences wrapped beside them, in `room` cells."""
    label = min(LABEL, max(0, room - 12))
    out: list[Line] = []
    for fact in facts:
        pieces = _cut(wrap(fact.text, room - label) or [""], fact.most)
        for index, piece in enumerate(pieces):
            name = fact.label[: label - 1] if index == 0 and label else ""
            out.append(spread(Span(name.ljust(label), Tone.DIM), Span(piece, fact.tone)))
    return out


def _cut(pieces: list[str], most: int) -> list[str]:
    """At most so many lines; `…` says that there is more."""
    return pieces if len(pieces) <= most else [*pieces[: most - 1], f"{pieces[most - 1][:-1]}…"]


def about(snapshot: Snapshot, view: PhaseView, room: int) -> list[Line]:
    """Everything about a phase but its dates, in groups with an empty line between, in `room` cells."""
    now = snapshot.at
    groups = [
        [Fact("state", plain(view.why) or view.state.value), *_notes(view)],
        given(view, now),
        _conflicts(snapshot, view),
        judged(view, now),
        launch(view, now),
        runs(view, now),
        checkpoint(view.checkpoint, now) if view.checkpoint else [],
        process(view.process, now),
        [fact for log in view.logs for fact in _log(log, now)],
    ]
    out: list[Line] = []
    for group in groups:
        if group and out:
            out.append(one(""))
        out += lines(group, room)
    return out


def _conflicts(snapshot: Snapshot, view: PhaseView) -> list[Fact]:
    """Who writes its table with it: each conflict that it is part of."""
    facts = []
    for conflict in snapshot.conflicts:
        if view.name in conflict.phases:
            head, *more = conflicts.sentences(conflict, snapshot.at)
            facts.append(Fact("conflict", plain(head), Tone.BAD if conflict.live else Tone.WARN))
            facts += [Fact("", plain(sentence), Tone.DIM) for sentence in more]
    return facts


def given(view: PhaseView, now: datetime) -> list[Fact]:
    """A person's GO, as long as it counts: whose, when, and why."""
    if (go := view.accepted) is None:
        return []
    return [
        Fact("accepted", f"by {plain(go.person)}, {formats.stamp(go.at, now)}", Tone.GOOD),
        Fact("", plain(go.reason), Tone.DIM),
    ]


def launch(view: PhaseView, now: datetime) -> list[Fact]:
    """Our newest launch of it: its number, who wanted it, against what, and how it ended."""
    if (attempt := view.attempt) is None:
        return []
    what = "retry" if attempt.order.kind is Kind.RETRY else "launch"
    stage = attempt.ending or attempt.stage.value.replace("_", " ")
    facts = [Fact(f"attempt {attempt.number}", stage, _attempt_tone(attempt))]
    who = f"the plan, run by {attempt.person}" if attempt.asked_by == "auto" else attempt.person
    facts.append(Fact("", f"{what} by {plain(who)}, {formats.stamp(attempt.intended_at, now)}", Tone.DIM))
    if attempt.override:
        facts.append(Fact("override", plain(attempt.override), Tone.WARN))
    if attempt.note:
        facts.append(Fact("", plain(attempt.note), Tone.WARN))
    return facts


def _attempt_tone(attempt: Attempt) -> Tone:
    if attempt.exit_code == 0:
        return Tone.GOOD
    if attempt.exit_code is not None or attempt.signal is not None:
        return Tone.BAD
    return Tone.BUSY if attempt.stage.live else Tone.WARN


def judged(view: PhaseView, now: datetime) -> list[Fact]:
    """What the checks found: the verdict with the check it is due to and its age; the same of its inputs."""
    facts = []
    if view.judgement is not None:
        due = verdicts.headline(view.suites)
        stale = verdicts.is_stale(view)
        facts.append(_verdict("checks", view.judgement.verdict, due, view.judgement.at, now, stale=stale))
    if inputs := verdicts.results(view.suites, inputs=True):
        found = worst(result.verdict for result in inputs)
        due = verdicts.headline(view.suites, inputs=True)
        stale = any(suite.stale for suite in view.suites if suite.is_input)
        facts.append(_verdict("inputs", found, due, min(r.at for r in inputs), now, stale=stale))
    return facts


def _verdict(label: str, found: Status, due: Check | None, at: datetime, now: datetime, *, stale: bool) -> Fact:
    cause = f": {verdicts.brief(due)}" if due else ""
    words = f"{found.value}{cause}, {verdicts.age(at, now)}{', stale' if stale else ''}"
    return Fact(label, words, Tone.DIM if stale else verdicts.LOOK[found][1])


def process(seen: ProcessSeen, now: datetime) -> list[Fact]:
    """The process: its pid, whether it is there, since when and how long it has run, its load, its command."""
    pid = f"pid {seen.identity.pid}, " if seen.identity else ""
    since = seen.gone_since if seen.alive is False else seen.started_at
    when = f" since {formats.stamp(since, now)}" if since else ""
    words, tone = _PRESENCE[seen.presence]
    facts = [Fact("process", f"{pid}{words}{when}{_elapsed(seen, now)}", tone)]
    if seen.presence is Presence.UNKNOWN:
        return [Fact("process", plain(seen.note) or words, tone)]
    load = []
    if seen.cpu_percent is not None:
        load.append(f"{seen.cpu_percent:.0f} % CPU")
    if seen.rss_bytes is not None:
        load.append(formats.size(seen.rss_bytes))
    if load:
        facts.append(Fact("load", ", ".join(load)))
    if seen.exit_code is not None:
        facts.append(Fact("exit code", str(seen.exit_code), Tone.GOOD if seen.exit_code == 0 else Tone.BAD))
    if seen.command:
        program, *arguments = seen.command
        facts.append(Fact("command", plain(" ".join((program.rpartition("/")[2], *arguments))), Tone.DIM, most=4))
    if seen.note:
        facts.append(Fact("", plain(seen.note), Tone.DIM))
    return facts


def _elapsed(seen: ProcessSeen, now: datetime) -> str:
    """How long it has run, or ran; nothing where its start or its end is not known."""
    elapsed = seen.elapsed_s(now)
    if elapsed is None or not (seen.alive or seen.gone_since):
        return ""
    return f", {'for' if seen.alive else 'after'} {formats.duration(elapsed)}"


_PRESENCE = {
    Presence.ALIVE: ("alive", Tone.GOOD),
    Presence.GONE: ("gone", Tone.WARN),
    Presence.ZOMBIE: ("ended, not yet collected by its parent", Tone.WARN),
    Presence.DENIED: ("there, its details may not be read", Tone.DIM),
    Presence.REFUSED: ("not the process that was meant", Tone.WARN),
    Presence.ABSENT: ("no such process", Tone.DIM),
    Presence.UNKNOWN: ("none named", Tone.DIM),
}


def checkpoint(seen: CheckpointSeen, now: datetime) -> list[Fact]:
    """The checkpoint: its last date, its age, and the holes that a resume would skip."""
    facts = []
    if seen.last_successful_date is not None:
        facts.append(Fact("checkpoint", f"last success {seen.last_successful_date}"))
    if seen.updated_at is not None:
        label = "" if facts else "checkpoint"
        facts.append(
            Fact(label, f"written {formats.duration((now - seen.updated_at).total_seconds())} ago", Tone.DIM)
        )
    if seen.holes:
        basis = " (every day assumed)" if seen.holes_basis == "every_day" else ""
        words = f"{formats.plural(len(seen.holes), 'hole')}{basis}: {_days(seen.holes)}"
        facts.append(Fact("", words, Tone.DIM if basis else Tone.WARN))
    if seen.note:
        facts.append(Fact("" if facts else "checkpoint", plain(seen.note), Tone.WARN))
    return facts or [Fact("checkpoint", "not read yet", Tone.DIM)]


def _days(days: tuple[object, ...], most: int = 3) -> str:
    named = ", ".join(str(day) for day in days[:most])
    return f"{named} and {len(days) - most:,} more" if len(days) > most else named


def _log(seen: LogSeen, now: datetime) -> list[Fact]:
    name = plain(seen.path.rsplit("/", 1)[-1])
    size = f", {formats.size(seen.size)}" if seen.size is not None else ""
    facts = [Fact("log", f"{name}{size}")]
    if seen.last_growth_at is not None:
        age = formats.duration((now - seen.last_growth_at).total_seconds())
        facts.append(Fact("", f"grew {age} ago", Tone.DIM))
    if seen.note:
        facts.append(Fact("", plain(seen.note), Tone.WARN))
    return facts


_ENDS = {RunEnd.COMPLETED: Tone.GOOD, RunEnd.KILLED: Tone.WARN, RunEnd.OPEN: Tone.BUSY}
_END_WORDS = {RunEnd.COMPLETED: "completed", RunEnd.KILLED: "ended without a summary", RunEnd.OPEN: "open"}


def runs(view: PhaseView, now: datetime) -> list[Fact]:
    """The runs found in the logs, newest first: when, how they ended, how they walked, in which dialect and why."""
    facts = []
    found = view.account.runs
    for number, run in reversed(list(enumerate(found, start=1))):
        facts.append(Fact(f"run {number}", f"{_span(run, now)}, {_END_WORDS[run.ended]}", _ENDS[run.ended]))
        facts.append(Fact("", _manner(run), Tone.DIM))
        if run.dialect:
            reason = f": {plain(run.dialect_reason)}" if run.dialect_reason else ""
            facts.append(Fact("", f"{plain(run.dialect)}{reason}", Tone.DIM))
    if not facts and view.dialect:
        facts.append(Fact("dialect", f"{plain(view.dialect)}: {plain(view.dialect_reason)}".rstrip(": "), Tone.DIM))
    return facts


def _span(run: Run, now: datetime) -> str:
    if run.started_at is None:
        return "start not known" if run.ended_at is None else f"until {formats.stamp(run.ended_at, now)}"
    if run.ended_at is None:
        return f"since {formats.stamp(run.started_at, now)}"
    start, end = formats.stamp(run.started_at, now), formats.stamp(run.ended_at, now)
    day, _, hour = end.rpartition(" ")
    return f"{start}–{hour if day and start.startswith(day) else end}"


def _manner(run: Run) -> str:
    words = "a list of dates" if run.mode is Mode.DATES else run.mode.value
    if run.workers is not None and run.workers > 1:
        words += f", {run.workers} workers"
    if run.units_total is not None:
        words += f", {formats.plural(run.units_total, 'date')}"
    if run.fresh:
        words += ", fresh start"
    if run.resumes_from is not None:
        words += f", resumed at {run.resumes_from}"
    return words


def _notes(view: PhaseView) -> list[Fact]:
    account = view.account
    facts = [Fact("", plain(note), Tone.DIM) for note in (*account.notes, *view.remarks)]
    if account.fatal_errors:
        facts.append(Fact("fatal", formats.plural(account.fatal_errors, "fatal error"), Tone.BAD))
    if account.error_lines:
        facts.append(Fact("errors", formats.plural(account.error_lines, "line") + " at ERROR or above"))
    if account.disagreements:
        words = formats.plural(len(account.disagreements), "date")
        facts.append(Fact("disagree", f"log and checkpoint tell other outcomes of {words}", Tone.WARN))
    return facts
