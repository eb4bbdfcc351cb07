"""A stand-in for BigQuery's API: it answers as a test says, holds answers back, remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SOON_S = 10.0  # longer than anything here takes, shorter than a person's patience


@dataclass
class Request:
    method: str
    path: str
    body: dict[str, Any]

    @property
    def job(self) -> dict[str, Any]:
        """The configuration of a job that is to be made."""
        configuration: dict[str, Any] = self.body.get("configuration", {})
        return configuration


@dataclass
class Server:
    """Answers each request with what `reply` says: a status and a body. `None`: holds it until the server ends."""

    reply: Callable[[Request], tuple[int, str] | None]
    endpoint: str = ""
    requests: list[Request] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    ended: threading.Event = field(default_factory=threading.Event)

    def take(self, request: Request) -> tuple[int, str] | None:
        with self.arrived:
            self.requests.append(request)
            self.arrived.notify_all()
        return self.reply(request)

    def wait_for(self, wanted: Callable[[Request], bool]) -> Request:
        """The first such request, which may be still to come."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: any(map(wanted, self.requests)), SOON_S)
            return next(filter(wanted, self.requests))


@contextmanager
def serving(reply: Callable[[Request], tuple[int, str] | None]) -> Iterator[Server]:
    server = Server(reply)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = server.take(Request(self.command, self.path, json.loads(text or b"{}")))
            if answer is None:
                server.ended.wait(SOON_S)
                return
            status, body = answer
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST  # noqa: N815 - the names that the library calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.endpoint = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        http.shutdown()
        thread.join()
        http.server_close()


def is_dry(request: Request) -> bool:
    return bool(request.job.get("dryRun"))


def is_run(request: Request) -> bool:
    return "query" in request.job and not is_dry(request)


def is_cancel(request: Request) -> bool:
    return request.path.partition("?")[0].endswith("/cancel")


def proved(request: Request, size: int = 10, statement: str = "SELECT") -> tuple[int, str]:
    """What BigQuery answers to a dry run."""
    statistics = {"query": {"statementType": statement, "totalBytesProcessed": str(size)}}
    reply = request.body | {"status": {"state": "DONE"}, "statistics": statistics}
    return 200, json.dumps(reply)


def hangs_in_running(request: Request) -> tuple[int, str] | None:
    if is_dry(request):
        return proved(request)
    return (200, json.dumps({"job": {}})) if is_cancel(request) else None
