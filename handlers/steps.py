"""The X-Ray SDK's side of `handlers.tracing`: which step is open, and how an invocation's tree is sent.

The SDK's own context keeps one segment until the trace's id changes, so a second invocation with the same id
would hang its steps under the first one's parent; and it keeps the open step by thread, so a step in another
thread, or in a task, would lose its place. This one starts anew with each invocation and keeps the step in a
context variable. A thread that was not given a context adds to the innermost step that the invocation's
own thread has open, outside of any event loop.
"""

import sys
import threading
from contextvars import ContextVar
from typing import Any, Literal

from aws_xray_sdk.core import patch, xray_recorder
from aws_xray_sdk.core.context import Context
from aws_xray_sdk.core.emitters.udp_emitter import UDPEmitter
from aws_xray_sdk.core.models.dummy_entities import DummySegment
from aws_xray_sdk.core.models.entity import Entity
from aws_xray_sdk.core.models.facade_segment import FacadeSegment
from aws_xray_sdk.core.models.subsegment import Subsegment

MAX_STEPS = 1000  # of an invocation: X-Ray keeps some 500 kB of a trace
MAX_DATAGRAM = 60_000  # characters, of the 65,507 bytes that UDP carries


class Steps(Context):
    """The SDK's context. Put in place of the SDK's own by `install`."""

    def __init__(self) -> None:
        super().__init__()
        self._own: ContextVar[tuple[Subsegment, ...]] = ContextVar("steps", default=())
        self._segment: FacadeSegment | None = None
        self._shared: Subsegment | None = None
        self._thread = 0
        self._room = 0

    def begin(self, root: str, parent: str) -> None:
        """A new invocation, whose steps belong under Lambda's segment `parent` of the trace `root`."""
        self._segment = FacadeSegment("facade", entityid=parent, traceid=root, sampled=True)
        self._thread, self._room = threading.get_ident(), MAX_STEPS
        self._shared = None
        self._own.set(())

    def end(self) -> None:
        """Send what the invocation recorded. A step that is still open in a thread is sent as such."""
        segment, self._segment, self._shared = self._segment, None, None
        for subsegment in segment.subsegments if segment is not None else ():
            xray_recorder.emitter.send_entity(subsegment)

    def current(self) -> Subsegment | None:
        """The innermost step that is open here, None outside of an invocation that is recorded."""
        if self._segment is None:
            return None
        mine = [step for step in self._own.get() if self._open(step)]
        return mine[-1] if mine else self._shared

    def open(self, name: str, namespace: Literal["local", "aws", "remote"]) -> Subsegment | None:
        """Begin a step, to be ended with `end_subsegment`; None outside of an invocation that is recorded."""
        if self._segment is None:
            return None
        subsegment = Subsegment(name, namespace, self._segment)
        self.put_subsegment(subsegment)
        return subsegment

    # What the SDK calls for the libraries that it patches:

    def get_trace_entity(self) -> Entity:
        """The innermost open step, or what the SDK takes for an unsampled segment."""
        return self.current() or DummySegment()

    def put_subsegment(self, subsegment: Subsegment) -> None:
        """Make it the innermost step; one too many is dropped when it ends."""
        if self._segment is None or not subsegment.sampled:
            return
        if self._room > 0:
            self._room -= 1
            (self.current() or self._segment).add_subsegment(subsegment)
        self._become((*self._own.get(), subsegment))

    def end_subsegment(self, end_time: Any = None) -> bool:
        """End the innermost step. False: the SDK has nothing more to do, the tree is sent by `end`."""
        own = self._own.get()
        if own:
            if own[-1].in_progress:
                own[-1].close(end_time)
            self._become(own[:-1])
        return False

    def _become(self, own: tuple[Subsegment, ...]) -> None:
        self._own.set(own)
        if threading.get_ident() == self._thread and not _in_event_loop():
            self._shared = own[-1] if own else None

    def _open(self, step: Subsegment) -> bool:
        return step.in_progress and step.parent_segment is self._segment


class Emitter(UDPEmitter):
    """Sends a tree as one datagram, which arrives whole or not at all, and only a large one in parts."""

    def send_entity(self, entity: Entity) -> None:
        """Send the tree, without the texts of exceptions: who made one may have put anything into it."""
        _strip(entity)
        children: list[Subsegment] = []
        if len(entity.serialize()) > MAX_DATAGRAM:
            children, entity.subsegments = entity.subsegments, []
        super().send_entity(entity)
        for child in children:
            self.send_entity(child)


def install(libraries: tuple[str, ...]) -> Steps:
    """Put our context and emitter in place, and patch `libraries` (names that the SDK knows)."""
    steps = Steps()
    xray_recorder.context, xray_recorder.emitter = steps, Emitter()
    patch(libraries)
    return steps


def _strip(entity: Entity) -> None:
    cause: Any = entity.cause  # an id where the exception is recorded further in
    for thrown in cause.get("exceptions", ()) if isinstance(cause, dict) else ():
        thrown.message = None
    for child in entity.subsegments:
        _strip(child)


def _in_event_loop() -> bool:
    asyncio = sys.modules.get("asyncio")  # which costs 30 ms to import, for a function that does not use it
    return asyncio is not None and asyncio._get_running_loop() is not None  # noqa: SLF001  # get_running_loop raises
