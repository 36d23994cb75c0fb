"""Passes a request to the real model server over kept-alive connections, one a worker thread.

Blocking by design: it runs on the emulator's thread pool, never on its event loop.
"""

import http.client
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

TIMEOUT_S = 60.0  # SageMaker's own limit for a real-time invocation
_local = threading.local()


class ModelUnreachableError(Exception):
    """Nothing answers at the model's address."""


def post(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """POST to the model; status, lower-case headers and body of its answer.

    A kept connection that the server has closed meanwhile is replaced once. Raises
    `ModelUnreachableError` when no answer comes, `TimeoutError` after `TIMEOUT_S`.
    """
    try:
        try:
            return _exchange(_connection(url), url, headers, body)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            _drop(url)
            return _exchange(_connection(url), url, headers, body)
    except TimeoutError:
        _drop(url)
        raise
    except (OSError, http.client.HTTPException) as error:
        _drop(url)
        raise ModelUnreachableError(str(error)) from error


def _exchange(
    connection: http.client.HTTPConnection, url: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    connection.request("POST", urlsplit(url).path, body=body, headers=dict(headers))
    answer = connection.getresponse()
    payload = answer.read()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, payload


def _connection(url: str) -> http.client.HTTPConnection:
    pool: dict[str, http.client.HTTPConnection] = _local.__dict__.setdefault("pool", {})
    connection = pool.get(url)
    if connection is None:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=TIMEOUT_S)
        pool[url] = connection
    return connection


def _drop(url: str) -> None:
    connection = _local.__dict__.setdefault("pool", {}).pop(url, None)
    if connection is not None:
        connection.close()
