"""Whatever lines stand in a log, in whatever order: no crash, and an account that adds up."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adversarial.jobs import Job
from tests.adversarial.outside import Outside

JOBS = (
    Job().daily().days("10 0 x ! >").daily_summary(),
    Job(plain=True).daily(resume="2022-01-03").days(". . 3 4 5", of=3, first=-1).daily_summary(),
    Job().parallel().ended(d01="5", d04="!", d02="s").complete(),
    Job().parallel(resume="2022-01-05").ended(d05="x"),
    Job().games(4).game_days(4, d01="s", d03="5", d06="x", d10="9").game_summary(),
    Job().listed(d02="5", d09="x").listed_summary(),
    Job().daily(fresh=True).crash().configuration(dry=True, no_resume=True),
)
LINES = sorted(
    {line for job in JOBS for line in job.lines} | {"", "Loading: 40%|##  | 4/10 [00:01<00:02]", "7/9 done"}
)


def adds_up(account: dict[str, Any]) -> None:
    units = account["units"]
    known = [value for value in units.values() if value is not None]
    assert all(value >= 0 for value in known)
    if units["total"] is not None:
        assert sum(known) == 2 * units["total"]  # every date is in exactly one state
    rate = account["success_rate"]
    assert rate is None or 0 <= rate <= 100
    if units["missing"] is not None:
        assert len(account["missing_dates"]) == units["missing"]
    if units["failed"] is not None:
        assert len(account["failed_dates"]) == units["failed"]
    if account["complete"]:
        assert account["claims_complete"]
        assert not any(units[state] for state in ("pending", "running", "missing"))
    if account["current_date"]:
        date.fromisoformat(account["current_date"])
    assert len(account["runs"]) == 0 or {run["ended"] for run in account["runs"][:-1]} <= {"killed", "completed"}


@given(lines=st.lists(st.sampled_from(LINES), max_size=40), end=st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_in_any_order_make_an_account_that_adds_up(outside: Outside, lines: list[str], end: str) -> None:
    file = outside.account("".join(line + end for line in lines).encode())
    if "error" not in file:
        adds_up(file)


@pytest.mark.parametrize("announced", ["1/99999999999999999999: 2022-01-01", "2/5: 0001-01-01", "1/5: 9999-12-31"])
def test_an_absurd_count_or_date_adds_nothing_to_the_range(outside: Outside, announced: str) -> None:
    account = outside.account(Job().daily().say(f"Processing day {announced}"))
    assert account["units"]["total"] == 5
    adds_up(account)
