"""BigQuery's own promises, against servers that hang, refuse, lie and remember. What is the same in every warehouse
is in `test_contract_of_warehouses`.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from google.api_core import exceptions
from google.auth.exceptions import RefreshError

from backfill_tui.checks.bigquery_errors import ask_error
from backfill_tui.checks.bigquery_job import label_set
from backfill_tui.checks.bigquery_warehouse import BigQueryWarehouse
from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import Answer, AskError, Question, Stop
from backfill_tui.plan.resolved import Warehouse as Settings
from tests.checks import warehouses
from tests.checks.api_server import (
    SOON_S,
    Request,
    Server,
    hangs_in_running,
    is_cancel,
    is_dry,
    is_run,
    proved,
    serving,
)

DATES = (date(2024, 1, 1), date(2024, 1, 31))


def failure(status: int, reason: str, message: str) -> tuple[int, str]:
    errors = [{"reason": reason, "message": message}]
    return status, json.dumps({"error": {"code": status, "message": message, "errors": errors}})


def question(sql: str = "SELECT 1 AS x", timeout_s: float = SOON_S) -> Question:
    return Question(sql, DATES, timeout_s, labels={"phase": "Team Offense!", "suite": "team_offense"})


def ask(endpoint: str, asked: Question | None = None, stop: Stop | None = None) -> AskError:
    """How it fails there."""
    with pytest.raises(AskError) as caught:
        warehouses.bigquery_at(endpoint, 1000).ask(asked or question(), stop or Stop())
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_dry_run_comes_first_and_both_carry_cap_labels_and_dates() -> None:
    def reply(request: Request) -> tuple[int, str]:
        return proved(request) if is_dry(request) else failure(400, "invalidQuery", "enough")

    with serving(reply) as server:
        ask(server.endpoint)
        dry, run = server.requests
    assert is_dry(dry)
    assert is_run(run)
    for request in (dry, run):
        query = request.job["query"]
        assert query["maximumBytesBilled"] == "1000"
        assert query["useLegacySql"] is False
        assert request.job["labels"] == {
            "phase": "team_offense_",
            "suite": "team_offense",
            "tool": "backfill-tui",
        }
        assert [(one["name"], one["parameterType"], one["parameterValue"]) for one in query["queryParameters"]] == [
            ("start_date", {"type": "DATE"}, {"value": "2024-01-01"}),
            ("end_date", {"type": "DATE"}, {"value": "2024-01-31"}),
        ]
        assert request.body["jobReference"]["jobId"].startswith("backfill-tui-")
    assert 0 < int(run.job["jobTimeoutMs"]) <= SOON_S * 1000


def test_what_was_estimated_is_not_proved_again() -> None:
    def reply(request: Request) -> tuple[int, str]:
        return proved(request, 999) if is_dry(request) else failure(400, "invalidQuery", "enough")

    with serving(reply) as server:
        warehouse = warehouses.bigquery_at(server.endpoint, 1000)
        assert warehouse.estimate(question(), Stop()) == 999
        with pytest.raises(AskError):
            warehouse.ask(question(), Stop())
        assert [is_dry(request) for request in server.requests] == [True, False]


@pytest.mark.parametrize(("size", "cap"), [(10, 100 * 2**20), (10**9, 2 * 10**9)])
def test_without_a_cap_of_the_plans_its_own_dry_run_caps_a_query(size: int, cap: int) -> None:
    """Whether it was estimated before or is proved now; never by what another range's dry run said."""

    def reply(request: Request) -> tuple[int, str]:
        if not is_dry(request):
            return failure(400, "invalidQuery", "enough")
        dates = request.job["query"]["queryParameters"]
        return proved(request, size if dates[0]["parameterValue"]["value"] == "2024-01-01" else 99 * 10**9)

    with serving(reply) as server:
        warehouse = warehouses.bigquery_at(server.endpoint)
        warehouse.estimate(replace(question(), dates=(date(2020, 1, 1), date(2024, 1, 31))), Stop())
        for _ in range(2):
            with pytest.raises(AskError):
                warehouse.ask(question(), Stop())
        caps = [request.job["query"].get("maximumBytesBilled") for request in server.requests]
    assert caps == [None, None, str(cap), str(cap)]


def test_a_query_above_the_cap_is_not_run() -> None:
    with serving(lambda request: proved(request, 1_234_567)) as server:
        error = ask(server.endpoint)
        assert len(server.requests) == 1
    assert error.reason is Reason.TOO_EXPENSIVE
    assert "1,234,567 bytes" in error.what
    assert "1,000" in error.what


@pytest.mark.parametrize("statement", ["SCRIPT", "INSERT", "CREATE_TABLE_AS_SELECT"])
def test_what_the_dry_run_calls_no_select_is_not_run(statement: str) -> None:
    with serving(lambda request: proved(request, 0, statement)) as server:
        assert ask(server.endpoint).reason is Reason.WRONG_SQL
        assert len(server.requests) == 1


def test_a_script_is_not_even_sent() -> None:
    with serving(proved) as server:
        assert ask(server.endpoint, question("SELECT ';' AS x; -- and\nDELETE FROM d.t WHERE true")).reason is (
            Reason.WRONG_SQL
        )
        assert server.requests == []
        warehouses.bigquery_at(server.endpoint).estimate(question("SELECT ';' AS x; -- done"), Stop())
        assert len(server.requests) == 1


def test_a_server_that_never_answers_costs_the_questions_time_and_no_more() -> None:
    with serving(lambda _: None) as server:
        began = time.monotonic()
        error = ask(server.endpoint, question(timeout_s=0.5))
        assert time.monotonic() - began < 2
    assert error.reason is Reason.TIMED_OUT
    assert "0.5 s" in error.what
    assert server.endpoint in str(error)


def test_a_query_that_ran_out_of_time_is_cancelled() -> None:
    with serving(hangs_in_running) as server:
        assert ask(server.endpoint, question(timeout_s=1)).reason is Reason.TIMED_OUT
        cancel = server.wait_for(is_cancel)
        run = server.wait_for(is_run)
    assert f"/jobs/{run.body['jobReference']['jobId']}/cancel" in cancel.path


def stop_once(server: Server, wanted: Callable[[Request], bool], stop: Stop) -> None:
    server.wait_for(wanted)
    stop.request()


@pytest.mark.parametrize("reply", [hangs_in_running, lambda request: proved(request) if is_dry(request) else None])
def test_a_wish_to_stop_ends_the_wait_and_cancels_the_job(
    reply: Callable[[Request], tuple[int, str] | None],
) -> None:
    with serving(reply) as server:
        stop = Stop()
        stopping = threading.Thread(target=stop_once, args=(server, is_run, stop))
        stopping.start()
        began = time.monotonic()
        error = ask(server.endpoint, stop=stop)
        assert time.monotonic() - began < 3
        stopping.join()
        server.wait_for(is_cancel)
    assert error.reason is Reason.CANCELLED


def test_a_job_is_cancelled_where_bigquery_put_it() -> None:
    def reply(request: Request) -> tuple[int, str] | None:
        if is_run(request):
            reference = request.body["jobReference"] | {"location": "asia-east1"}
            return 200, json.dumps(request.body | {"jobReference": reference, "status": {"state": "RUNNING"}})
        return hangs_in_running(request)

    with serving(reply) as server:
        assert ask(server.endpoint, question(timeout_s=0.5)).reason is Reason.TIMED_OUT
        assert "location=asia-east1" in server.wait_for(is_cancel).path


def test_a_job_that_was_created_after_its_cancellation_is_cancelled_again() -> None:
    def reply(request: Request) -> tuple[int, str]:
        if is_dry(request):
            return proved(request)
        if is_run(request):
            server.wait_for(is_cancel)
            return 200, json.dumps(request.body | {"status": {"state": "RUNNING"}})
        return 200, json.dumps({"job": {}})

    with serving(reply) as server:
        assert ask(server.endpoint, question(timeout_s=0.5)).reason is Reason.TIMED_OUT
        with server.arrived:
            assert server.arrived.wait_for(lambda: sum(map(is_cancel, server.requests)) == 2, SOON_S)


def test_a_dry_run_that_was_stopped_has_nothing_to_cancel() -> None:
    with serving(lambda _: None) as server:
        stop = Stop()
        stopping = threading.Thread(target=stop_once, args=(server, is_dry, stop))
        stopping.start()
        assert ask(server.endpoint, stop=stop).reason is Reason.CANCELLED
        stopping.join()
        assert not any(map(is_cancel, server.requests))


def test_a_hanging_server_does_not_keep_the_interpreter() -> None:
    program = """
import sys
from backfill_tui.checks.bigquery_warehouse import BigQueryWarehouse
from backfill_tui.checks.warehouse import Question, Stop
from backfill_tui.plan.resolved import Warehouse
assert not any(name.startswith("google") for name in sys.modules)
BigQueryWarehouse(Warehouse("bigquery", project="p", api_endpoint=sys.argv[1])).ask(
    Question("SELECT 1", None, 1.5), Stop())
"""
    with serving(lambda _: None) as server:
        ended = subprocess.run(
            [sys.executable, "-c", program, server.endpoint],
            capture_output=True,
            timeout=SOON_S,
            text=True,
            check=False,
        )
    assert "no answer came within 1.5 s" in ended.stderr


def test_without_its_client_it_names_the_extra() -> None:
    program = """
import sys
sys.modules["google.cloud.bigquery"] = None
from backfill_tui.checks.bigquery_warehouse import BigQueryWarehouse
from backfill_tui.checks.warehouse import Question, Stop
from backfill_tui.plan.resolved import Warehouse
BigQueryWarehouse(Warehouse("bigquery", project="p")).estimate(Question("SELECT 1", None, 5), Stop())
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "AskError: BigQuery project p: its client is not installed." in ended.stderr
    assert "backfill-tui[bigquery]" in ended.stderr


def test_a_server_that_is_not_there_is_named_at_once() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets it, and it refuses
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        began = time.monotonic()
        error = ask(endpoint)
    assert time.monotonic() - began < 3
    assert error.reason is Reason.UNREACHABLE
    assert endpoint in str(error)


@pytest.mark.parametrize(
    ("reply", "reason", "words"),
    [
        (failure(403, "accessDenied", "Access Denied: Project p: no jobs.create"), "permission_denied", "create"),
        ((403, "<html>forbidden</html>"), "permission_denied", ""),
        (failure(401, "authError", "Invalid Credentials"), "no_credentials", ""),
        ((401, "{}"), "no_credentials", ""),
        (failure(404, "notFound", "Not found: Table p:d.t was not found in location US"), "missing_table", "p:d.t"),
        (failure(404, "notFound", "Not found: Dataset p:d was not found in location EU"), "missing_table", "p:d"),
        (failure(403, "quotaExceeded", "Quota exceeded: free query bytes scanned"), "other", "quota"),
        (failure(400, "stopped", "Job execution was cancelled: Job timed out after 1s"), "timed_out", ""),
        (failure(400, "stopped", "Job execution was cancelled: User requested cancellation"), "cancelled", ""),
        (failure(500, "bytesBilledLimitExceeded", "over 1000. 2000 or higher required."), "too_expensive", "2000"),
        ((200, "<html>log in to the hotel's network</html>"), "other", "understood"),
        ((200, "[]"), "other", "understood"),
    ],
)  # fmt: skip
def test_what_a_server_answers_has_a_name(reply: tuple[int, str], reason: str, words: str) -> None:
    with serving(lambda _: reply) as server:
        error = ask(server.endpoint)
    assert error.reason == reason
    assert words in str(error)
    assert server.endpoint in str(error)


def test_a_server_in_trouble_is_tried_again_but_not_for_long() -> None:
    with serving(lambda _: (503, "{}")) as server:
        began = time.monotonic()
        error = ask(server.endpoint)
        assert time.monotonic() - began < SOON_S
        assert len(server.requests) > 1
    assert error.reason is Reason.UNREACHABLE


def test_a_request_whose_answer_was_lost_is_not_a_second_job() -> None:
    """Its first try arrived: the second is told that the job exists, and it is read instead."""

    def reply(request: Request) -> tuple[int, str]:
        if is_dry(request):
            return proved(request)
        if is_run(request):
            return (503, "{}") if sum(map(is_run, server.requests)) == 1 else failure(409, "duplicate", "exists")
        if "/queries/" in request.path:
            found = {
                "jobComplete": True,
                "totalRows": "1",
                "schema": {"fields": [{"name": "x", "type": "INTEGER"}]},
            }
            return 200, json.dumps(found | {"jobReference": run_of(server), "rows": [{"f": [{"v": "7"}]}]})
        statistics = {"query": {"totalBytesBilled": "20", "statementType": "SELECT"}}
        return 200, json.dumps(
            {"jobReference": run_of(server), "status": {"state": "DONE"}, "statistics": statistics}
            | {"configuration": {"jobType": "QUERY", "query": {"query": "SELECT 7 AS x"}}}
        )

    with serving(reply) as server:
        answer = warehouses.bigquery_at(server.endpoint).ask(question(), Stop())
        assert len({json.dumps(one.body["jobReference"]) for one in server.requests if is_run(one)}) == 1
    assert answer == Answer(("x",), ((7,),), 1, bytes_billed=20)


def run_of(server: Server) -> dict[str, str]:
    reference: dict[str, str] = next(filter(is_run, server.requests)).body["jobReference"]
    return reference


def test_no_credentials_says_how_to_get_some(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with pytest.raises(AskError) as caught:
        BigQueryWarehouse(Settings("bigquery", project="p")).ask(question(), Stop())
    assert caught.value.reason is Reason.NO_CREDENTIALS
    assert "gcloud auth application-default login" in str(caught.value)


def test_a_project_is_needed() -> None:
    with pytest.raises(AskError, match="`project`"):
        BigQueryWarehouse(Settings("bigquery", api_endpoint="http://127.0.0.1:1")).ask(question(), Stop())


@pytest.mark.parametrize(
    ("message", "reason", "what"),
    [
        (
            "Unrecognized name: usage_rat; Did you mean usage_rate? at [3:15]",
            Reason.MISSING_COLUMN,
            "there is no column usage_rat.",
        ),
        ("Unrecognized name: `a b` at [3:15]", Reason.MISSING_COLUMN, "there is no column a b."),
        ("Unrecognized name: nope at [3:15]", Reason.MISSING_COLUMN, "there is no column nope."),
        ("Name nope not found inside t at [1:8]", Reason.MISSING_COLUMN, "there is no column nope."),
        (
            "Syntax error: Unexpected end of script at [4:2]",
            Reason.WRONG_SQL,
            "Syntax error: Unexpected end of script at line 4, column 2.",
        ),
        (
            "No matching signature for aggregate function SUM for argument types: STRING.\n  Signature: SUM(INT64)",
            Reason.WRONG_SQL,
            "No matching signature for aggregate function SUM for argument types: STRING.",
        ),
        ("division by zero: 5 / 0", Reason.DIVISION_BY_ZERO, "the query divides by zero."),
        ("Invalid value for location: XX is not one", Reason.OTHER, "Invalid value for location: XX is not one."),
        (
            "Invalid project ID 'No'. They have six letters.",
            Reason.OTHER,
            "Invalid project ID 'No'. They have six letters.",
        ),
    ],
)
def test_bigquerys_own_words_are_understood(message: str, reason: Reason, what: str) -> None:
    refused = exceptions.BadRequest(  # type: ignore[no-untyped-call]
        f"{message}; reason: invalidQuery, location: query, message: {message}\n\nLocation: US\nJob ID: 1-2-3\n",
        errors=[{"reason": "invalidQuery", "message": message}],
    )
    error = ask_error(refused, "BigQuery project p")
    assert (error.reason, error.what, error.where) == (reason, what, "BigQuery project p")
    assert ("Did you mean usage_rate?" in str(error)) is ("Did you mean" in message)
    assert "line" not in ask_error(refused, "BigQuery project p", positions=False).what


def test_credentials_that_have_run_out_are_no_credentials() -> None:
    expired = RefreshError("invalid_grant: Token has been expired.")  # type: ignore[no-untyped-call]
    error = ask_error(expired, "BigQuery project p")
    assert error.reason is Reason.NO_CREDENTIALS


def test_labels_are_what_bigquery_takes() -> None:
    labels = label_set({"Phase": "Team Offense, ★ " + "x" * 99, "9": "no key begins so", "plan": ""})
    assert labels == {"phase": ("team_offense_" + "x" * 99)[:63], "plan": "", "tool": "backfill-tui"}


def test_threads_may_ask_at_once(bigquery_endpoint: str) -> None:
    warehouse = warehouses.bigquery_at(bigquery_endpoint)
    answers: list[Answer] = []

    def one(number: int) -> None:
        answers.append(warehouse.ask(question(f"SELECT {number} AS x"), Stop()))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.rows[0][0] for answer in answers if isinstance(answer.rows[0][0], int)) == list(range(8))
    warehouse.close()


def test_a_running_query_of_the_emulator_is_left_when_its_time_is_over(bigquery_endpoint: str) -> None:
    numbers = "UNNEST(GENERATE_ARRAY(1, 40000))"
    slow = f"SELECT COUNT(*) AS n FROM {numbers} AS a, {numbers} AS b WHERE a * b = 7"
    began = time.monotonic()
    assert ask(bigquery_endpoint, question(slow, timeout_s=1)).reason is Reason.TIMED_OUT
    assert time.monotonic() - began < 3
