"""Messages through Apprise, to a real server."""

import json
import logging
import socket
from datetime import UTC, datetime

import pytest

from backfill_tui.control.model import Severity
from backfill_tui.control.notices import Notice
from backfill_tui.control.notify import NotSentError, send
from tests.engine.http_server import serving

NOTICE = Notice(
    "k", Severity.CRITICAL, "[night] critical: a [is] gone", "It *ended*.\nStart it.", datetime.now(UTC)
)
HIDDEN = "s3cr3t-t0ken"


def test_a_message_arrives_as_it_is_written() -> None:
    with serving() as server:
        send(f"json://127.0.0.1:{server.port}/hook", NOTICE)
        assert [(method, path) for method, path, _ in server.asked] == [("POST", "/hook")]
        told = json.loads(server.bodies[0])
        assert (told["title"], told["message"], told["type"]) == (NOTICE.title, NOTICE.body, "failure")


def test_a_server_that_refuses_it_is_told_without_a_part_of_the_address(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with serving() as server:
        server.answers[f"/{HIDDEN}"] = (503, {})
        with caplog.at_level(logging.DEBUG), pytest.raises(NotSentError) as found:
            send(f"json://me:{HIDDEN}@127.0.0.1:{server.port}/{HIDDEN}", NOTICE)
    assert "503" in str(found.value)
    assert not found.value.lasting
    assert HIDDEN not in str(found.value) + caplog.text + "".join(capfd.readouterr())


def test_a_server_that_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(NotSentError) as found:
            send(f"json://me:{HIDDEN}@127.0.0.1:{port}/", NOTICE)
    assert "onnection" in str(found.value)
    assert "".join(capfd.readouterr()) == ""  # nothing on anybody's screen


@pytest.mark.parametrize("address", [f"nosuchkind://{HIDDEN}", HIDDEN, f"slack://{HIDDEN}", "json://"])
def test_an_address_that_is_none_never_will_be_one(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotSentError) as found:
        send(address, NOTICE)
    assert found.value.lasting
    assert HIDDEN not in str(found.value) + "".join(capfd.readouterr())


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(NotSentError, match="SLACK_URL is not set") as found:
        send("${SLACK_URL}", NOTICE)
    assert found.value.lasting
