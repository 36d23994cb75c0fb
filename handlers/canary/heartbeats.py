"""Who watches the watcher: after a success, an address of a service outside AWS is called.

When it is no longer called, that service tells: also of a lost account or region, which no alarm there can.
A failure here is no failure of the API.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from handlers.canary.probes import HEARTBEAT
from handlers.canary.secrets import Secrets, SecretUnreadableError
from handlers.transport import Clock, Connection, TransportError

TIMEOUT_S = 2.0
SUCCESS = range(200, 300)


def failures(secrets: Secrets, wanted: Mapping[str, str], clock: Clock) -> dict[str, str]:
    """Call the address that each probe names as a secret; what kept one from being told, by probe."""
    if not wanted:
        return {}
    with ThreadPoolExecutor(len(wanted)) as threads:
        said = threads.map(lambda name: _call(secrets, name, clock), wanted.values())
        return {probe: problem for probe, problem in zip(wanted, said, strict=True) if problem}


def _call(secrets: Secrets, name: str, clock: Clock) -> str:
    """What went wrong, without any part of the address, which is a secret."""
    try:
        address = secrets.named(name)
    except SecretUnreadableError as error:
        return str(error)
    if not HEARTBEAT.fullmatch(address):
        return "the secret holds no https address"
    try:
        parts = urlsplit(address)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection, by = Connection(f"{parts.scheme}://{parts.netloc}", clock), clock() + TIMEOUT_S
        try:
            status = connection.request("GET", target, {}, connect_by=by, answer_by=by).status
        finally:
            connection.close()
    except (TransportError, ValueError) as error:
        return type(error).__name__
    return "" if status in SUCCESS else f"HTTP {status}"
