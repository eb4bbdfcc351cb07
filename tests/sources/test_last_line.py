"""Who wrote a log's last line is told by when it was written, in whatever zone it says so."""

from datetime import UTC, datetime, timedelta

import pytest

from backfill_tui.sources.last_line import written_at

LINE = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("grown_after_s", "written_after_h"),
    [
        (0.2, 0),
        (8 * 3600 + 0.2, 8),  # eight zones away
        (5.5 * 3600 + 3, 5.5),
        (8 * 3600 + 40, 0),  # no zone: copied, or touched
        (26 * 3600, 26),
        (48 * 3600, 0),  # no two zones are days apart: an old log that was touched
        (-7200, 0),  # ahead of its file: the rule about clocks tells of that
        (3, 0),
    ],
)
def test_a_line_was_written_with_its_file_where_zones_lie_between_them(
    grown_after_s: float, written_after_h: float
) -> None:
    grown = LINE + timedelta(seconds=grown_after_s)
    assert written_at(LINE, grown) == LINE + timedelta(hours=written_after_h)


def test_a_log_without_times_or_without_a_file_tells_nothing_more() -> None:
    assert written_at(None, LINE) is None
    assert written_at(LINE, None) == LINE
