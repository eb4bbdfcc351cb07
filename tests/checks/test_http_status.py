"""The status of an address, from real servers."""

import base64
import socket
import threading
import time

import pytest

from backfill_tui.checks.http_status import NoStatusError, http_status
from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import AskError, Stop
from tests.engine.http_server import serving

HIDDEN = "tok3n-s3cret"


def status(address: str, *, timeout_s: float = 10.0, stop: Stop | None = None, follow: bool = True) -> int:
    return http_status(address, timeout_s=timeout_s, stop=stop or Stop(), follow=follow)


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("code", [200, 204, 404, 503])
def test_any_status_is_an_answer(code: int) -> None:
    with serving() as server:
        server.answers["/health"] = (code, {})
        assert status(f"{server.address}/health?x=1") == code
        assert server.asked[0][:2] == ("GET", "/health?x=1")


def test_a_redirect_is_followed_unless_it_is_what_is_expected() -> None:
    with serving() as server:
        server.answers["/old"] = (302, {"Location": "/new"})
        server.answers["/new"] = (418, {})
        assert status(f"{server.address}/old") == 418
        assert status(f"{server.address}/old", follow=False) == 302


def test_who_asks_is_told_to_the_address_and_to_no_other() -> None:
    with serving() as server, serving() as other:
        server.answers["/"] = (302, {"Location": other.address})
        assert status(f"http://night:{HIDDEN}@127.0.0.1:{server.port}/") == 200
        told = server.asked[0][2]["Authorization"].removeprefix("Basic ")
        assert base64.b64decode(told).decode() == f"night:{HIDDEN}"
        assert "Authorization" not in other.asked[0][2]


def test_a_refused_connection_tells_that_nothing_serves_there() -> None:
    with pytest.raises(NoStatusError, match="refused") as found:
        status(f"http://night:{HIDDEN}@127.0.0.1:{closed_port()}/{HIDDEN}")
    assert found.value.told
    assert HIDDEN not in str(found.value)


def test_a_server_that_hangs_up_told_something_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(NoStatusError) as found:
            status(f"http://127.0.0.1:{server.getsockname()[1]}/")
    assert found.value.told


def test_a_name_without_an_address_is_unknown() -> None:
    with pytest.raises(NoStatusError) as found:
        status(f"http://no-such-host.invalid/{HIDDEN}")
    assert not found.value.told
    assert HIDDEN not in str(found.value)


def test_a_server_that_drips_is_left_in_time() -> None:
    """Each byte comes within any time-out of a socket; the answer as a whole does not."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        left = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    while True:
                        connection.sendall(b"H")
                        time.sleep(0.05)
                except OSError:
                    left.set()

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(AskError) as found:
            status(f"http://127.0.0.1:{server.getsockname()[1]}/{HIDDEN}", timeout_s=0.3)
        assert found.value.reason is Reason.TIMED_OUT
        assert HIDDEN not in str(found.value)
        assert time.monotonic() - began < 5
        assert left.wait(5)


def test_it_can_be_stopped() -> None:
    stop = Stop()
    with serving() as server:
        server.hold = threading.Event()
        threading.Timer(0.1, stop.request).start()
        with pytest.raises(AskError) as found:
            status(server.address, stop=stop)
        assert found.value.reason is Reason.CANCELLED
