"""One line of a block of bytes, taken apart as patterns want it. What a line means is not its business."""

from typing import NamedTuple

from backfill_tui.sources.json_lines import Fields
from backfill_tui.sources.line_text import text_of_line
from backfill_tui.sources.lines import KEPT_OF_A_LONG_LINE
from backfill_tui.sources.records import Record, RecordReader

HEAD = 4096
"""How many bytes of a line are matched: what follows is payload, and no pattern needs it."""

LONGEST = KEPT_OF_A_LONG_LINE
"""How many bytes a line with a JSON object may have: one that is cut is none."""


class Seen(NamedTuple):
    """A line as it was read: the record; the text that patterns may also be matched against; its JSON object."""

    record: Record
    line: str
    fields: Fields | None


class LineReader:
    """Takes lines apart, by the rules of one log's records."""

    def __init__(self, records: RecordReader) -> None:
        self._records = records

    def read(self, body: bytes, start: int, end: int, *, stamped: bool) -> Seen:
        """The line between two positions. `stamped`: the records of this log begin with a time."""
        line = text_of_line(body[start : min(end, start + HEAD)])
        record = self._records.read(line, stamped=stamped)
        if not record[2].lstrip().startswith("{"):
            return Seen(record, line, None)
        if end - start > HEAD:
            record = self._records.read(text_of_line(body[start : min(end, start + LONGEST)]), stamped=stamped)
        opened = self._records.read_object(record)
        return Seen(opened[0], record[2], opened[1]) if opened else Seen(record, line, None)
