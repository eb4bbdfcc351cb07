"""A connection to BigQuery: credentials, project, what is sent again. Imported once a client is wanted."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import google.auth
import google.auth.credentials
from google.api_core import exceptions, retry
from google.auth.transport.requests import Request
from google.cloud import bigquery

from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import AskError
from backfill_tui.plan.resolved import Warehouse as Settings

logging.getLogger("google").addHandler(logging.NullHandler())  # what matters of it comes as an exception

SCOPE = "https://www.googleapis.com/auth/bigquery"

METADATA_WITHIN_S = 1.0
"""A machine of Google's cloud answers who it is at once. Elsewhere that address may lead nowhere, and the library
would spend three times three seconds on it."""

RETRY_FOR_S = 5.0
"""How long a server's trouble is waited out; the library's ten minutes would hide an outage."""

_PASSING = frozenset({"backendError", "internalError", "rateLimitExceeded", "badGateway"})
"""BigQuery's reasons that may be gone a second later; an error without a reason is judged by its class."""

_PASSING_CLASSES = (
    exceptions.InternalServerError,
    exceptions.BadGateway,
    exceptions.ServiceUnavailable,
    exceptions.TooManyRequests,
)


def connect(settings: Settings) -> bigquery.Client:
    """A client, without a word to BigQuery yet. It may be shared by threads: its session is `requests`'.

    Raises AskError where nobody names a project, and google.auth's errors where there are no credentials.
    """
    credentials, project = _credentials(settings)
    if project is None:
        raise AskError(
            Reason.OTHER,
            "no project is named, neither by the plan nor by the credentials.",
            where="BigQuery",
            todo="Give `project` under `warehouse` in the plan.",
        )
    options = {"api_endpoint": settings.api_endpoint} if settings.api_endpoint else None
    return bigquery.Client(
        project=project, credentials=credentials, location=settings.location, client_options=options
    )


def sent_again(within_s: float, wanted: Callable[[], bool]) -> retry.Retry:
    """How one request is sent again: for at most that many seconds, and while its answer is still wanted.

    Only a server's own trouble is waited out. A network that is not there shows at once.
    """

    def again(error: BaseException) -> bool:
        return wanted() and _passes(error)

    return retry.Retry(predicate=again, initial=0.5, maximum=4.0, timeout=min(RETRY_FOR_S, within_s))


def _passes(error: BaseException) -> bool:
    if not isinstance(error, exceptions.GoogleAPICallError):
        return False
    reasons = {one.get("reason") for one in error.errors if isinstance(one, Mapping)} - {None}
    return reasons <= _PASSING if reasons else isinstance(error, _PASSING_CLASSES)


def _credentials(settings: Settings) -> tuple[google.auth.credentials.Credentials, str | None]:
    """The application-default ones. At an endpoint of the plan's own, an emulator's, none are asked for."""
    if settings.api_endpoint:
        nobody = google.auth.credentials.AnonymousCredentials()  # type: ignore[no-untyped-call]
        return nobody, settings.project
    credentials, project = google.auth.default(scopes=[SCOPE], request=_Hasty())
    return credentials, settings.project or project


class _Hasty(Request):
    """What the search for credentials sends; impatient with the metadata server alone."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = 30.0,
        **options: Any,
    ) -> Any:
        if "metadata-flavor" in {name.lower() for name in headers or ()}:
            timeout = METADATA_WITHIN_S
        return super().__call__(url, method, body, headers, timeout, **options)  # type: ignore[no-untyped-call]
