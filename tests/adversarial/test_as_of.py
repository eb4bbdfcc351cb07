"""`--as-of` reads as if it were then: exactly what a file that ended there would say."""

import re
from datetime import datetime

import pytest

from tests.adversarial.jobs import Job, day
from tests.adversarial.outside import Outside

LOGS = {
    "daily": Job().daily().days("10 0 x ! 5").daily_summary(),
    "resumed": Job().daily().days("10 0 >").daily(resume=day(3)).days(". . 3 4 5", of=3, first=-1).daily_summary(),
    "fresh": Job().daily().days("10 0 3 4").daily(fresh=True).days("1 2 >"),
    "retried": Job().daily().days("10 x 3 x 5").daily_summary().listed(d02="5", d04="0").listed_summary(),
    "crashed": Job().daily().days("10 >").crash().daily(resume=day(2)).days(". 2 !", of=4, first=0),
    "holes": Job().daily().parallel().ended(d01="5", d04="!").parallel(resume=day(5)).ended(d05="5").complete(),
    "games": Job().games(4).game_days(4, d01="s", d03="5", d06="x", d10="9").game_summary(),
}
STAMPED = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),")


@pytest.mark.parametrize("name", LOGS)
def test_what_is_later_is_as_if_it_were_not_there(outside: Outside, name: str) -> None:
    lines = LOGS[name].text.splitlines(keepends=True)
    for place, line in enumerate(lines):
        stamp = STAMPED.match(line)
        if stamp is None or place < 2:
            continue
        end = next((n for n in range(place + 1, len(lines)) if STAMPED.match(lines[n])), len(lines))
        moment = datetime.fromisoformat(stamp[1]).isoformat()
        full = outside.account("".join(lines).encode(), "--as-of", moment)
        prefix = outside.account("".join(lines[:end]).encode(), "--as-of", moment)
        assert full == prefix, moment


def test_a_time_with_an_offset_is_that_moment_in_every_zone(outside: Outside) -> None:
    body = LOGS["daily"].body
    local = outside.account(body, "--timezone", "America/Los_Angeles", "--as-of", "2026-01-03T12:00:40")
    utc = outside.account(body, "--timezone", "America/Los_Angeles", "--as-of", "2026-01-03T20:00:40Z")
    before = outside.account(body, "--timezone", "America/Los_Angeles", "--as-of", "2026-01-03T12:00:40Z")
    assert local == utc
    assert local["first_line_at"] == "2026-01-03T12:00:01-08:00"
    assert before["lines"] == 0
    assert before["runs"] == []


def test_the_forecast_of_a_silent_log_is_frozen_and_says_so(outside: Outside) -> None:
    job = Job().daily().days("1 2 3 >")
    first, later = (outside.account(job, "--as-of", f"2026-01-{day}T00:00")["eta"] for day in (10, 11))
    assert first["frozen"]
    assert first == later
