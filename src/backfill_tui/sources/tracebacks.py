"""Was a traceback the end of a run? Known only from what follows it, perhaps many reads later."""

from collections.abc import Iterator

from backfill_tui.sources.events import TracebackSurvived
from backfill_tui.sources.line_text import behind_bar, text_of_line
from backfill_tui.sources.lines import after_line, line_around
from backfill_tui.sources.records import RecordReader

_CHAIN = ("During handling of the above", "The above exception was", "Traceback (most recent")


class TracebackWatch:
    """Walks the lines after a traceback until one shows that the program went on.

    Positions are counted from the beginning of the stream, so that they outlive rotations.
    """

    def __init__(self) -> None:
        self._error_end = -1
        self._open = False
        self._uncaught = False
        self._exception_named = False
        self._prefixed = False
        self._began = self._covered = -1

    def error_record_ends(self, position: int) -> None:
        """A record of level ERROR or above ends here: a traceback that begins here was caught and logged."""
        self._error_end = position

    def begins(self, position: int) -> bool:
        """A traceback begins. Whether no ERROR record announced it; one chained to another is as that one is."""
        if not self._open:
            self._uncaught = position != self._error_end
        self._open = True
        self._began = position
        self._exception_named = False
        return self._uncaught

    def continue_into(
        self, body: bytes, base: int, read: int, records: RecordReader, start: int = 0, *, prefixed: bool = False
    ) -> Iterator[TracebackSurvived]:
        """Walk on through a block of complete lines; yields once, when the log is seen to go on.

        `base` is the block's place in its file and `read` in the stream. `prefixed`: this log's records have a time
        or a level, so that a bare line continues one.
        """
        at = start
        bars = self._open and b"\r" in body
        self._prefixed = self._prefixed or prefixed
        while self._open and at < len(body):
            _, end = line_around(body, at, bars=bars)
            raw = body[at : min(end, at + 512)]
            line = text_of_line(raw[behind_bar(raw) :] if bars else raw)
            if line.startswith("Traceback (most recent"):
                return  # a chained one: it is announced by itself
            if records.begins(line) or self._is_beyond(line):
                self._open = False
                yield TracebackSurvived(records.read(line)[0], base + at)
            else:
                self._covered = read + end
            at = after_line(body, end)

    def covers(self, position: int) -> bool:
        """Whether the line at a position of the stream belongs to the last traceback."""
        return self._began < position < self._covered

    def _is_beyond(self, line: str) -> bool:
        """In a log without prefixes, a line at the margin after the exception's own belongs to something else."""
        if not line or line[0].isspace() or line.startswith(_CHAIN):
            return False
        if self._exception_named:
            return not self._prefixed
        self._exception_named = True
        return False
