"""What went wrong with BigQuery, in our words: its client's exceptions become AskErrors. Sends nothing.

BigQuery's messages are known, and those of an emulator that runs DuckDB. Of the server's words that are passed on,
job ids, addresses and further lines are left out. Google's packages are imported only once one of them has raised.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import AskError, cancelled, divided_by_zero, no_column, timed_out

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError

LOGIN = "Run `gcloud auth application-default login`, or name a key file in GOOGLE_APPLICATION_CREDENTIALS."
_LATER = "Try again later."
_WORDS_AT_MOST = 300
_SERVER_ERROR = 500

_NO_COLUMN = (
    re.compile(r"Unrecognized name: (?P<name>`[^`]+`|[^\s;]+)(?P<hint>; Did you mean [^?]+\?)?"),
    re.compile(r"Name (?P<name>\S+) not found inside \S+(?P<hint>)"),
    re.compile(r'Referenced column "(?P<name>[^"]+)" not found(?P<hint>)'),
    re.compile(r'does not have a column named "(?P<name>[^"]+)"(?P<hint>)'),
)
_NO_TABLE = re.compile(r"(?P<what>Table|Dataset|Project|View) (?P<name>\S+?)(?: was not found.*)?$", re.IGNORECASE)
_SETTING = re.compile(r"^Invalid (?:value (?:for|at) )?'?(?P<key>location|project)\b", re.IGNORECASE)
_POSITION = re.compile(r" at \[(\d+):(\d+)\]")


def ask_error(error: BaseException, place: str, *, positions: bool = True) -> AskError:
    """The AskError that says it. `place` is the project, or the endpoint, that was asked.

    Without `positions` it names no line and column: those of SQL that the user has not written mean nothing.
    """
    if isinstance(error, AskError):
        return error if error.where else AskError(error.reason, error.what, where=place, todo=error.todo)
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, TransportError
    from requests.exceptions import RequestException, Timeout

    if isinstance(error, RetryError) and error.cause is not None:
        return ask_error(error.cause, place, positions=positions)
    if isinstance(error, GoogleAPICallError):
        return _of_call(error, place, positions=positions)
    if isinstance(error, (TimeoutError, Timeout)):
        return timed_out(place)
    if isinstance(error, DefaultCredentialsError):
        return AskError(Reason.NO_CREDENTIALS, "there are no credentials that work.", where=place, todo=LOGIN)
    if isinstance(error, GoogleAuthError) and not isinstance(error, TransportError):
        return AskError(
            Reason.NO_CREDENTIALS,
            f"the credentials are refused: {_sentence(str(error))}",
            where=place,
            todo=LOGIN,
        )
    if isinstance(error, (TransportError, RequestException, OSError)) and not isinstance(error, ValueError):
        return AskError(
            Reason.UNREACHABLE,
            "it can't be reached.",
            where=place,
            todo="Check the network, and `api_endpoint` if the plan gives one.",
        )
    return AskError(
        Reason.OTHER,
        f"its answer can't be understood: {_sentence(str(error) or type(error).__name__)}",
        where=place,
        todo="Check whether something between, such as a proxy, answers in its stead.",
    )


def _of_call(error: "GoogleAPICallError", place: str, *, positions: bool) -> AskError:
    """By BigQuery's reason where it gives one, else by the HTTP status."""
    first = next((one for one in error.errors or () if isinstance(one, Mapping)), {})
    said = str(first.get("message") or error.message or "")
    said = _POSITION.sub(r" at line \1, column \2" if positions else "", said)
    code = int(error.code or 0)
    known = _BY_REASON.get(str(first.get("reason", ""))) or _BY_STATUS.get(code)
    if known is not None:
        return known(said, place)
    if code >= _SERVER_ERROR:
        return AskError(Reason.UNREACHABLE, f"the server is in trouble (HTTP {code}).", where=place, todo=_LATER)
    return AskError(Reason.OTHER, f"the query failed: {_sentence(said)}", where=place, todo=_LATER)


def _not_found(said: str, place: str) -> AskError:
    found = _NO_TABLE.search(said.partition("\n")[0].removeprefix("Not found: "))
    what = f"there is no {found['what'].lower()} {found['name']}." if found else _sentence(said)
    return AskError(
        Reason.MISSING_TABLE,
        what,
        where=place,
        todo="Check `table`, and `project` and `location` under `warehouse`.",
    )


def _denied(said: str, place: str) -> AskError:
    missing = "perhaps it does not exist" in said
    return AskError(
        Reason.PERMISSION_DENIED,
        _sentence(said.removeprefix("Access Denied: ")),
        where=place,
        todo="Check the name of the table, or ask for the right to read it and to run jobs in the project."
        if missing
        else "Ask for the right to read the table and to run jobs in the project.",
    )


def _refused(said: str, place: str) -> AskError:
    """A query that was not accepted, or that broke in running."""
    if re.search("division by zero", said, re.IGNORECASE):
        return divided_by_zero(place)
    for pattern in _NO_COLUMN:
        if found := pattern.search(said):
            return no_column(found["name"].strip("`"), place, (found["hint"] or "").removeprefix("; "))
    if found := _SETTING.search(said):
        todo = f"Correct `{found['key'].lower()}` under `warehouse`."
        return AskError(Reason.OTHER, _sentence(said), where=place, todo=todo)
    return AskError(Reason.WRONG_SQL, _sentence(said), where=place)


def _no_credentials(_said: str, place: str) -> AskError:
    return AskError(Reason.NO_CREDENTIALS, "the credentials were not accepted.", where=place, todo=LOGIN)


def _too_expensive(said: str, place: str) -> AskError:
    return AskError(
        Reason.TOO_EXPENSIVE,
        _sentence(said),
        where=place,
        todo="Narrow the dates or the columns, or raise `max_bytes_billed` under `warehouse`.",
    )


def _stopped(said: str, place: str) -> AskError:
    return timed_out(place) if "timed out" in said.lower() else cancelled(place)


def _out_of_quota(said: str, place: str) -> AskError:
    return AskError(Reason.OTHER, f"a quota is used up: {_sentence(said)}", where=place, todo=_LATER)


def _unavailable(said: str, place: str) -> AskError:
    return AskError(
        Reason.UNREACHABLE, f"the server could not do it now: {_sentence(said)}", where=place, todo=_LATER
    )


def _late(_said: str, place: str) -> AskError:
    return timed_out(place)


# https://cloud.google.com/bigquery/docs/error-messages
_BY_REASON: Mapping[str, Callable[[str, str], AskError]] = {
    "accessDenied": _denied,
    "accessNotConfigured": _denied,
    "backendError": _unavailable,
    "billingNotEnabled": _denied,
    "blocked": _denied,
    "bytesBilledLimitExceeded": _too_expensive,
    "forbidden": _denied,
    "internalError": _unavailable,
    "invalid": _refused,
    "invalidQuery": _refused,
    "notFound": _not_found,
    "policyViolation": _denied,
    "quotaExceeded": _out_of_quota,
    "rateLimitExceeded": _out_of_quota,
    "stopped": _stopped,
    "timeout": _late,
}
_BY_STATUS: Mapping[int, Callable[[str, str], AskError]] = {
    400: _refused,
    401: _no_credentials,
    403: _denied,
    404: _not_found,
    408: _late,
    429: _out_of_quota,
    504: _late,
}


def _sentence(said: str) -> str:
    """The server's words as one sentence on one line, without what only its developers can use."""
    line = next((line.strip() for line in said.splitlines() if line.strip()), "it does not say why")
    line = re.sub(r"; reason: \w+, .*", "", line)  # the client repeats each message with its fields
    line = re.sub(r"^(?:GET|POST) \S+: ", "", line)
    line = re.sub(r"^Query execution failed: ", "", line)
    line = re.sub(r"\s*\((?:DuckDB|sqlglot|Invalid Input Error):.*", "", line)
    line = re.sub(r"https?://\S+", "", line)
    line = re.sub(r"[\x00-\x1f\x7f]", " ", line)
    if len(line) > _WORDS_AT_MOST:
        line = line[: _WORDS_AT_MOST - 1].rstrip() + "…"
    return line if line.endswith((".", "…", "?", "!")) else f"{line.rstrip(' :;,')}."
