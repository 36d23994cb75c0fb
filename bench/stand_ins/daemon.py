"""Stands in for the X-Ray daemon: a UDP socket on 127.0.0.1 that keeps what it gets."""

import base64
import json
import socket
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Self

from local.fillins.xray import spans
from local.fillins.xray.daemon import SPANS

SDK = "aws_xray_sdk"
ROOT = "1-65f00000-0123456789abcdef01234567"
PARENT = "00000000000000aa"
SAMPLED = f"Root={ROOT};Parent={PARENT};Sampled=1"
UNSAMPLED = f"Root={ROOT};Parent={PARENT};Sampled=0"


class Daemon:
    """Use as a context manager."""

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    @property
    def address(self) -> str:
        """Where it listens, `host:port`."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def environment(self, header: str | None = SAMPLED) -> dict[str, str]:
        """What Lambda sets in a function with active tracing."""
        environ = {"LAMBDA_TASK_ROOT": "/var/task", "AWS_XRAY_DAEMON_ADDRESS": self.address}
        return environ if header is None else {**environ, "_X_AMZN_TRACE_ID": header}

    def received(self) -> list[dict[str, Any]]:
        """The documents that came since the last call; on the loopback they are there when sent."""
        documents: list[dict[str, Any]] = []
        while True:
            try:
                header, _, document = self._socket.recv(65_535).partition(b"\n")
            except BlockingIOError:
                return documents
            if json.loads(header) != {"format": "json", "version": 1}:
                raise ValueError(f"no daemon takes a document after the header {header!r}")
            if document.startswith(SPANS):
                documents += nested(spans.documents(base64.b64decode(document[len(SPANS) :])))
            else:
                documents.append(json.loads(document))


def nested(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Documents with those below each in it, as X-Ray's SDK sends a tree."""
    known = {part["id"]: part for part in parts}
    for part in parts:
        if part["parent_id"] in known:
            known[part["parent_id"]].setdefault("subsegments", []).append(part)
    return [part for part in parts if part["parent_id"] not in known]


def flatten(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The subsegment and all below it, outermost first."""
    yield document
    for child in document.get("subsegments", ()):
        yield from flatten(child)


def shape(document: Mapping[str, Any]) -> Any:
    """Names only: `name`, or `(name, [children])`."""
    children = [shape(child) for child in document.get("subsegments", ())]
    return (document["name"], children) if children else document["name"]


def sdk_modules() -> list[str]:
    """The SDK's modules that this process has loaded, and ours that is built on them."""
    return [
        name
        for name in sys.modules
        if name in (SDK, "handlers.steps", "handlers.otlp") or name.startswith(f"{SDK}.")
    ]
