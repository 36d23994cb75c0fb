"""The probe itself: one signed request over a connection of its own. It never retries."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from handlers import tracing
from handlers.canary.outcome import Outcome, decide, no_answer, not_sent
from handlers.canary.probes import Probe
from handlers.canary.settings import Settings
from handlers.transport import Clock, Connection, TransportError

if TYPE_CHECKING:
    from botocore.credentials import Credentials


def signed_headers(
    settings: Settings, probe: Probe, api_key: str, credentials: "Credentials"
) -> dict[str, str]:
    """Headers that make the request one of the canary's role, for API Gateway in the API's region."""
    headers = {"Accept": "application/json", "X-Api-Key": api_key}
    if probe.content_type is not None:
        headers["Content-Type"] = probe.content_type
    url = settings.api_url + probe.target
    request = AWSRequest(method=probe.method, url=url, data=probe.body or b"", headers=headers)
    SigV4Auth(credentials, "execute-api", settings.api_region).add_auth(request)
    return dict(request.headers.items())


def send(
    settings: Settings, probe: Probe, api_key: str, credentials: Callable[[], "Credentials"], clock: Clock
) -> Outcome:
    """Send the known request and judge what comes back, or that nothing does."""
    try:
        headers = signed_headers(settings, probe, api_key, credentials())
    except Exception as error:  # noqa: BLE001  # whatever it is, its text may repeat a secret
        return not_sent(f"the request cannot be signed: {type(error).__name__}")
    connection = Connection(settings.api_url, clock)
    host, path = urlsplit(settings.api_url).hostname or "", probe.target.partition("?")[0]
    started = clock()
    deadline = started + settings.timeout_ms / 1000
    try:
        with tracing.http_call(host, probe.method, settings.api_url + path) as call:
            trace = tracing.current_header()
            if trace is not None:
                headers["X-Amzn-Trace-Id"] = trace
            response = connection.request(
                probe.method, probe.target, headers, probe.body, connect_by=deadline, answer_by=deadline
            )
            call.answered(response.status)
    except TransportError as error:
        return no_answer(error, _ms(clock() - started))
    finally:
        connection.close()
    return decide(response, _ms(clock() - started), probe)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
