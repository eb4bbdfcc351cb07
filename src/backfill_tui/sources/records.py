"""What stands before the message: a logging record's time and level, in the layouts that jobs really use."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from backfill_tui.sources.json_lines import Fields, level_of, message_of, object_in, stamps_of

_STAMP = r"\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]|, )\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?"
_LEVEL = r"(?:DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL|TRACE)\b"
_LOGGER = r"(?:__main__|root|\w+(?:\.\w+)+)"  # a bare word is as likely the beginning of the message
# Behind the level stands a name in brackets; [12/300] and [2024-01-12] are none, the message begins there.
_NAME = r"\[(?!\d+ ?/ ?\d|\d{4}-\d\d-\d\d)[^\]]*\]"
_WRITER = r"[\w.\-]+ [\w.\-/@]+"  # a host and a program
_DAY_OF_SOME_YEAR = r"[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}"  # what `ts` puts before a line
_STREAM = r"std(?:out|err) [FP]"  # behind the time that Kubernetes puts before a line
# Jan  3 13:14:33 host job[123]: what journalctl and syslog put before a line, which without a year tells no moment
_SYSLOG = rf"{_DAY_OF_SOME_YEAR} {_WRITER}(?:\[\d+\])?:\s+"
# 2026-01-03T13:14:33+0100 host job[123]: the same with a whole time
_JOURNAL = rf"(?:(?<=[+\-]\d{{4}})|(?<=[+\-]\d\d:\d\d)) {_WRITER}\[\d+\]:\s+"
_COMMON = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.]\d{3}) - ([A-Z]+) -")  # most lines by far: tried first
_PREFIX = re.compile(
    # web_1 | …   2026-01-03T13:14:33.123456789Z 2026-01-03 …: what a container puts before a job's own stamp
    rf"\s*(?:(?:[\w.\-]+\s+\|\s+|{_SYSLOG}|{_DAY_OF_SOME_YEAR}\s+)(?=\[?\d))?"
    rf"(?:\[?{_STAMP}(?:{_JOURNAL}|\]?\s+(?:{_STREAM} )?)(?=\[?{_STAMP}))?"
    # [2026-01-03T13:14:33Z] INFO …   2026-01-03 13:14:33 - name - INFO - …   2026-01-03 13:14:33 INFO [name] …
    # 2026-01-03 13:14:33.123 | INFO     | __main__:run:12 - …
    # [2026-01-03T13:14:33.123+0000] {job.py:12} INFO - …   [2026-01-03, 13:14:33 UTC] {job.py:12} INFO - …
    rf"\[?(?P<stamp>{_STAMP})(?:{_JOURNAL})?\]?\s*(?:{_STREAM} )?(?:[-|:,]\s*)?"
    rf"(?:\{{[\w.<>\-]+:\d+\}}\s+(?=[A-Z]))?"
    rf"(?:(?:[\w.\-]+\s*[-|:]\s+)?\[?(?P<level>{_LEVEL})\]?"
    rf"(?::[\w.\-]+:|\s*{_NAME}|\s*\|\s*[\w.<>\-]+:[\w.<>\-]+:\d+)?\s*(?:[-|:](?=\s|$))?"
    rf"(?:\s*{_LOGGER}\s*[-:|](?=\s))?)?"
    # INFO:__main__:…   ERROR: …   [ERROR] …   13:14:33 INFO …
    rf"|\s*(?:{_SYSLOG})?(?:\d{{2}}:\d{{2}}:\d{{2}}(?:[.,]\d+)?\s+)?\[?(?P<bare>{_LEVEL})(?:\]|:[\w.\-]+:|:|\s+-(?=\s))"
    # 13:14:33  …: a time of some day, which tells no moment
    rf"|\s*(?:\d{{2}}:\d{{2}}:\d{{2}}(?:[.,]\d+)?\s+|{_SYSLOG})(?=\S)"
)
_WORD = re.compile(
    rf"\s*(?:{_SYSLOG})?(?:\d{{2}}:\d{{2}}:\d{{2}}(?:[.,]\d+)?\s+)?({_LEVEL})(?=\s)"
)  # INFO  Processing …
_WHOLE_STAMP = re.compile(_STAMP)
_NONE = timedelta(0)
_WRAPPED = 2  # objects within one another: a container's around a job's own
_COMMON_LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})

ERROR_LEVELS = frozenset({"ERROR", "CRITICAL", "FATAL"})
FATAL_LEVELS = frozenset({"CRITICAL", "FATAL"})


Record = tuple[datetime | None, str | None, str]
"""A line, taken apart: its time, its level, its message. Without time and level it continues the record before it,
or was printed bare."""


def is_head(record: Record) -> bool:
    """Whether a line begins a record of its own."""
    return record[0] is not None or record[1] is not None


class RecordReader:
    """Takes lines apart. Naive times are in `timezone`; every time it returns is aware, in UTC."""

    def __init__(self, timezone: tzinfo) -> None:
        self._timezone = timezone
        self._offsets: dict[str, timedelta] = {}
        self._json = False  # there have been records that are JSON objects

    def read(self, line: str, *, stamped: bool = True) -> Record:
        """The parts of one line (without its line end).

        `stamped`: this log's records begin with a time, so that a line which begins with a mere word like ERROR
        continues a record, rather than being one.
        """
        match = _COMMON.match(line)
        if match is not None:
            stamp, level = match.groups()
            if level in _COMMON_LEVELS:
                return self._naive(stamp), level, line[match.end() :]
        match = _PREFIX.match(line)
        if match is None or match.lastgroup is None:
            word = None if stamped else _WORD.match(line)
            if word:
                return None, word[1], line[word.end() :]
            return None, None, line[match.end() :] if match else line
        stamp, level, bare = match.groups()
        at = self.time(stamp) if stamp else None
        return at, level or bare, line[match.end() :]

    def read_object(self, record: Record) -> tuple[Record, Fields] | None:
        """A record whose message is a JSON object, with what that says; None if its message is none.

        Time and level in front of the object come before those in it: it may be something that a job quotes. Its
        message is the object's, without a time and level of its own, or the whole object where it has none.
        """
        before, before_level, message = record
        at, level = None, None
        found: Fields | None = None
        for _ in range(_WRAPPED):
            fields = object_in(message.strip())
            if fields is None:
                break
            found = fields
            told = self.moment_of(fields)
            at, level = told[1] if told else at, level_of(fields) or level
            inner = message_of(fields)
            if inner is None:
                break
            own_at, own_level, message = self.read(inner)
            at, level = own_at or at, own_level or level
        if found is None:
            return None
        self._json = self._json or at is not None or level is not None
        return (before or at, before_level or level, message), found

    def begins(self, line: str) -> bool:
        """Whether a line, or its beginning, begins a record of its own."""
        return is_head(self.read(line)) or (self._json and line.startswith('{"'))

    def moment_of(self, fields: Fields) -> tuple[str, datetime] | None:
        """The time in a JSON object, with the name that it has there."""
        for name, stamp in stamps_of(fields):
            if isinstance(stamp, datetime):
                return name, stamp
            at = self.time(stamp) if _WHOLE_STAMP.fullmatch(stamp) else None
            if at is not None:
                return name, at
        return None

    def time(self, stamp: str) -> datetime | None:
        """The moment that a stamp names, in UTC; None if it names none (a 13th month)."""
        try:
            if stamp[10] == ",":  # 2026-01-03, 13:14:33 UTC
                stamp = stamp[:10] + stamp[11:]
            if stamp[4] == "/":
                stamp = stamp.replace("/", "-")
            if len(stamp) > 19 and not (stamp[19] in ".," and stamp[20:].isdigit()):
                return datetime.fromisoformat(_joined(stamp)).astimezone(UTC)
            return self._naive(stamp)
        except (ValueError, OverflowError):
            return None

    def _naive(self, stamp: str) -> datetime | None:
        """The moment of a stamp without an offset."""
        try:
            at = datetime.fromisoformat(f"{stamp}+00:00")
            offset = self._offsets.get(stamp[:13])
            if offset is None:  # one look into the zone an hour: it would be most of the cost of a line
                offset = at.replace(tzinfo=self._timezone).utcoffset() or _NONE
                self._offsets[stamp[:13]] = offset
            return at - offset if offset else at
        except (ValueError, OverflowError):
            return None


def _joined(stamp: str) -> str:
    """A stamp with an offset as ISO has it: `2026-01-03 13:14:33 UTC` as `2026-01-03T13:14:33Z`."""
    return f"{stamp[:10]}T{stamp[11:].replace('UTC', 'Z').replace(' ', '')}"
