"""The X-Ray segments of both accounts, in memory, and the trace header.

Holds documents as X-Ray receives them (dicts), with the account they belong to beside them. A subsegment
that arrives over UDP does not say whose it is: it belongs to the account of its parent segment.
"""

import re
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from local.fillins.control import operation

Segment = dict[str, Any]
LIMIT = 400_000  # documents kept; the oldest go first. A request makes about ten.
_HEADER_PART = re.compile(r"\s*([A-Za-z]+)\s*=\s*([^;]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceHeader:
    """The header `Root=...;Parent=...;Sampled=0|1`; `sampled` None when the decision is left open."""

    root: str
    parent: str | None = None
    sampled: bool | None = None

    def __str__(self) -> str:
        parts = [f"Root={self.root}"]
        if self.parent:
            parts.append(f"Parent={self.parent}")
        if self.sampled is not None:
            parts.append(f"Sampled={int(self.sampled)}")
        return ";".join(parts)


def parse_header(text: str) -> TraceHeader | None:
    """The header in `text`, or None when it names no trace."""
    parts = {name.lower(): value.strip() for name, value in _HEADER_PART.findall(text)}
    if "root" not in parts:
        return None
    decision = {"1": True, "0": False}.get(parts.get("sampled", ""))
    return TraceHeader(root=parts["root"], parent=parts.get("parent"), sampled=decision)


def new_trace_id() -> str:
    """`1-<8 hex of epoch seconds>-<24 hex>`, X-Ray's format."""
    return f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def new_id() -> str:
    """A segment id: 16 hex."""
    return secrets.token_hex(8)


class TraceStore:
    """Collected documents with their accounts."""

    def __init__(self) -> None:
        self._documents: deque[tuple[str, Segment]] = deque(maxlen=LIMIT)
        self._owners: dict[str, str] = {}
        self._lock = threading.Lock()

    def add(self, segment: Segment, account: str | None) -> None:
        """Keep one document; without an `account` its parent's decides, then its trace's."""
        with self._lock:
            owner = (
                account
                or self._owners.get(segment.get("parent_id", ""))
                or self._owners.get(segment["trace_id"], "")
            )
            self._owners.setdefault(segment["trace_id"], owner)
            for identifier in ids(segment):
                self._owners[identifier] = owner
            self._documents.append((owner, segment))

    def claim(self, identifier: str, account: str) -> None:
        """Say in advance whose segment `identifier` is: its subsegments arrive before it ends."""
        with self._lock:
            self._owners[identifier] = account

    def all(self) -> list[tuple[str, Segment]]:
        """Every document with its account, in the order of arrival."""
        with self._lock:
            return list(self._documents)


def ids(segment: Segment) -> list[str]:
    """The id of the document and of every subsegment embedded in it."""
    found = [segment["id"]]
    for subsegment in segment.get("subsegments", ()):
        if isinstance(subsegment, dict):
            found.extend(ids(subsegment))
    return found


store = TraceStore()


@operation("segments")
def segments() -> list[Segment]:
    """Every document, each with `account` added for the caller's orientation."""
    return [{**segment, "account": account} for account, segment in store.all()]
