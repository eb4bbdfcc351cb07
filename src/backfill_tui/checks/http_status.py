"""What an HTTP address answers: one GET, of which only the status is looked at.

An address may hold a password or a token, so that no sentence of this room names more of it than its host.
"""

import base64
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from backfill_tui.checks.deadline import Deadline, within
from backfill_tui.checks.warehouse import Stop

_LOOPBACK = ("localhost", "127.", "::1")


class NoStatusError(Exception):
    """Nothing answered with a status: a clause that says why.

    `told` is whether that was an answer of its own kind, such as a refused connection: then nothing serves there.
    """

    def __init__(self, why: str, *, told: bool) -> None:
        super().__init__(why)
        self.told = told


def host_of(address: str) -> str:
    """`https://example.com:8443`: an address without what may be secret in it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{_netloc(parts)}"


def http_status(address: str, *, timeout_s: float, stop: Stop, follow: bool) -> int:
    """The status of a GET, redirects followed if so wanted; its body is not read.

    Raises NoStatusError where there is none; AskError (TIMED_OUT, CANCELLED) where it took longer than `timeout_s`
    in all, or somebody wanted it to stop.
    """
    open_ones: list[HTTPConnection] = []

    def let_go() -> None:
        for one in open_ones:
            with suppress(OSError, AttributeError):  # it has just been closed, or has no socket yet
                one.sock.shutdown(socket.SHUT_RDWR)

    deadline = Deadline(timeout_s, host_of(address))
    return within(deadline, stop, lambda: _get(address, deadline, open_ones, follow=follow), interrupt=let_go)


def _get(address: str, deadline: Deadline, open_ones: list[HTTPConnection], *, follow: bool) -> int:
    parts = urlsplit(address)
    bare = urlunsplit((parts.scheme, _netloc(parts), parts.path, parts.query, ""))
    request = Request(bare, headers={"User-Agent": "backfill-tui"})  # noqa: S310 - the plan's rules: http or https
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        # Not redirected: another host must not be told.
        request.add_unredirected_header("Authorization", f"Basic {base64.b64encode(pair).decode()}")
    opener = _opener(open_ones, follow=follow, direct=_is_loopback(parts))
    try:
        with opener.open(request, timeout=max(deadline.left_s, 0.001)) as answer:
            return int(answer.status)
    except HTTPError as error:  # a status all the same
        error.close()
        return error.code
    except URLError as error:
        raise _no_status(error.reason) from None
    except (OSError, HTTPException, ValueError) as error:  # ValueError: a host or a port that can be none
        raise _no_status(error) from None


def _no_status(reason: object) -> NoStatusError:
    """In our own words: those of libraries may quote the address."""
    match reason:
        case ConnectionRefusedError():
            return NoStatusError("the connection was refused", told=True)
        case ssl.SSLCertVerificationError():
            return NoStatusError(f"its certificate is not trusted ({reason.verify_message})", told=True)
        case ssl.SSLError():
            return NoStatusError("it speaks no TLS that we do", told=True)
        case socket.gaierror():
            return NoStatusError("its name has no address", told=False)
        case TimeoutError():
            return NoStatusError("no answer came in time", told=False)
        case HTTPException() | ConnectionResetError() | BrokenPipeError():
            return NoStatusError("it closed the connection without a status", told=True)
        case OSError():
            return NoStatusError(reason.strerror or "it can't be reached", told=False)
    return NoStatusError("the address can't be asked", told=False)


class _Staying(HTTPRedirectHandler):
    """Takes a redirect as the answer that it is."""

    def redirect_request(self, *_: object) -> None:
        return None


def _opener(open_ones: list[HTTPConnection], *, follow: bool, direct: bool) -> OpenerDirector:
    handlers: list[Any] = [_Http(open_ones), _Https(open_ones)]
    if not follow:
        handlers.append(_Staying())
    if direct:
        handlers.append(ProxyHandler({}))
    return build_opener(*handlers)


class _Http(HTTPHandler):
    """Tells of its connections, so that they can be cut."""

    def __init__(self, open_ones: list[HTTPConnection]) -> None:
        super().__init__()
        self._open = open_ones

    def http_open(self, req: Request) -> Any:
        return self.do_open(_telling(HTTPConnection, self._open), req)


class _Https(HTTPSHandler):
    """The same over TLS."""

    def __init__(self, open_ones: list[HTTPConnection]) -> None:
        super().__init__(context=ssl.create_default_context())
        self._open = open_ones
        self._tls = ssl.create_default_context()

    def https_open(self, req: Request) -> Any:
        return self.do_open(_telling(HTTPSConnection, self._open), req, context=self._tls)


def _telling(kind: type[HTTPConnection], open_ones: list[HTTPConnection]) -> Callable[..., Any]:
    def connection(host: str, **options: Any) -> HTTPConnection:
        made = kind(host, **options)
        open_ones.append(made)
        return made

    return connection


def _netloc(parts: SplitResult) -> str:
    """Host and port, without who asks."""
    return parts.netloc.rpartition("@")[2]


def _is_loopback(parts: SplitResult) -> bool:
    """Whether it is on this machine: no proxy could reach that."""
    return (parts.hostname or "").startswith(_LOOPBACK)
