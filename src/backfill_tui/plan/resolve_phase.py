"""One phase made real: dates, paths, commands and times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from backfill_tui.plan.dates import gather_dates, resolve_day
from backfill_tui.plan.model.phase import PhaseWritten
from backfill_tui.plan.patterns import linear_pattern
from backfill_tui.plan.place import Place, zone_named
from backfill_tui.plan.placeholders import Filled, fill, fill_pattern
from backfill_tui.plan.resolved import Expectation, Input, Phase, PlannedProcess


@dataclass(frozen=True, slots=True)
class _Dates:
    span: tuple[date, date] | None = None
    listed: tuple[date, ...] | None = None


def resolve_phase(name: str, written: PhaseWritten, place: Place) -> Phase:
    """The phase as it holds at this place and time; what can't be resolved is told to the draft."""
    return _Resolving(name, written, place).phase()


class _Resolving:
    """The way of one phase through its keys; `values` are what its placeholders stand for."""

    def __init__(self, name: str, written: PhaseWritten, place: Place) -> None:
        self.name = name
        self.written = written
        self.place = place
        self.here = ("phases", name)
        self.dates = self._dates()
        self.values = {**place.values, "phase": name, **_date_values(self.dates)}
        # where the dates themselves were refused, nobody is told again that they have no value
        self.excused = ("start", "end") if place.draft.broken(*self.here, "dates") or written.dates else ()

    def phase(self) -> Phase:
        written, cwd = self.written, self._cwd()
        return Phase(
            name=self.name,
            title=written.title or self.name,
            writes=written.writes,
            dates=self.dates.span,
            listed_dates=self.dates.listed,
            units=written.units,
            logs=tuple(self._filled(("log", i), self._log(text)) for i, text in enumerate(written.log)),
            log_timezone=self._log_timezone(),
            checkpoint=self._path("checkpoint", written.checkpoint),
            process=self._process(),
            dialect=written.dialect,
            command=self._argv("command", written.command),
            retry=self._argv("retry", written.retry, keep=("dates",)),
            cwd=cwd,
            env=MappingProxyType(
                {key: self._filled(("env", key), fill(text, self.values)) for key, text in written.env.items()}
            ),
            after=tuple(dict.fromkeys(written.after)),
            start=written.start,
            timeout_s=written.timeout,
            on_timeout=written.on_timeout,
            grace_s=written.grace,
            expect=self._expect(),
            inputs=tuple(Input(wanted.suite, wanted.lookback, wanted.every) for wanted in written.inputs),
            suites=tuple(dict.fromkeys(written.suites)),
        )

    def _dates(self) -> _Dates:
        dates, here = self.written.dates, (*self.here, "dates")
        if dates is None or self.place.draft.broken(*here):
            return _Dates()
        if dates.csv is not None and dates.start is None and dates.end is None:
            return self._listed(dates.csv)
        if dates.start is None or dates.end is None:
            return _Dates()
        start, end = resolve_day(dates.start, self.place.today), resolve_day(dates.end, self.place.today)
        if end < start:
            self.place.draft.refuse((*here, "end"), f"{end} is before start {start}; swap them, or mend one")
            return _Dates()
        return _Dates((start, end))

    def _listed(self, csv: str) -> _Dates:
        listed, problems = gather_dates(self.place.path(csv), self.place.named(csv))
        self.place.draft.take((*self.here, "dates", "csv"), problems)
        return _Dates((listed[0], listed[-1]), listed) if listed else _Dates()

    def _log(self, text: str) -> Filled:
        return self.place.pattern(text, self.values)

    def _log_timezone(self) -> ZoneInfo:
        here = (*self.here, "log_timezone")
        return zone_named(self.place.draft, here, self.written.log_timezone, self.place.tz)

    def _path(self, key: str, text: str | None) -> Path | None:
        if text is None:
            return None
        return self.place.path(self._filled((key,), fill(text, self.values)))

    def _cwd(self) -> Path:
        cwd = self._path("cwd", self.written.cwd)
        if cwd is None:
            return self.place.folder
        if not _is_folder(cwd):
            self.place.draft.warn((*self.here, "cwd"), f"there is no folder {self.written.cwd} yet")
        return cwd

    def _process(self) -> PlannedProcess | None:
        process = self.written.process
        if process is None:
            return None
        if process.match is None:
            return PlannedProcess(process.pid, None)
        pattern = self._filled(("process", "match"), fill_pattern(process.match, self.values))
        try:
            linear_pattern(pattern)
        except ValueError as error:
            message = f"is no regular expression that can be used: {error}; put a backslash before literal signs"
            self.place.draft.refuse((*self.here, "process", "match"), message)
        return PlannedProcess(process.pid, pattern)

    def _argv(self, key: str, argv: list[str] | None, keep: tuple[str, ...] = ()) -> tuple[str, ...] | None:
        if argv is None:
            return None
        return self.place.words((*self.here, key), argv, self.values, excused=self.excused, keep=keep)

    def _expect(self) -> Expectation:
        expect = self.written.expect
        if expect is None:
            return Expectation()
        return Expectation(
            start_by=self.place.moment(expect.start_by),
            duration_s=expect.duration,
            finish_by=self.place.moment(expect.finish_by),
        )

    def _filled(self, key: tuple[str | int, ...], filled: Filled) -> str:
        return self.place.checked((*self.here, *key), filled, excused=self.excused)


def _date_values(dates: _Dates) -> Mapping[str, str]:
    if dates.span is None:
        return {}
    values = {"start": dates.span[0].isoformat(), "end": dates.span[1].isoformat()}
    if dates.listed:
        values["dates"] = ",".join(day.isoformat() for day in dates.listed)
    return values


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, a loop of links
        return False
