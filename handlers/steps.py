"""The X-Ray SDK's side of `handlers.tracing`: how an invocation's tree is kept and sent.

The SDK's own context keeps one segment until the trace's id changes, so a second invocation with the same id
would hang its steps under the first one's parent; and it keeps the open step by thread, so a step in another
thread, or in a task, would lose its place. This one starts anew with each invocation.
"""

import logging
from typing import Any, Literal

from aws_xray_sdk.core import patch, xray_recorder
from aws_xray_sdk.core.context import Context
from aws_xray_sdk.core.emitters.udp_emitter import UDPEmitter
from aws_xray_sdk.core.models.dummy_entities import DummySegment
from aws_xray_sdk.core.models.entity import Entity
from aws_xray_sdk.core.models.facade_segment import FacadeSegment
from aws_xray_sdk.core.models.subsegment import Subsegment

from handlers.open_steps import OpenSteps

MAX_DATAGRAM = 60_000  # characters, of the 65,507 bytes that UDP carries
CALLERS_ERRORS, TOO_MANY = range(400, 500), 429  # HTTP's

log = logging.getLogger(__name__)


class Steps(Context):
    """The SDK's context. Put in place of the SDK's own by `install`."""

    def __init__(self) -> None:
        super().__init__()
        self._open: OpenSteps[Subsegment] = OpenSteps(
            lambda step: step.in_progress and step.parent_segment is self._segment
        )
        self._segment: FacadeSegment | None = None

    def begin(self, root: str, parent: str) -> None:
        """A new invocation, whose steps belong under Lambda's segment `parent` of the trace `root`."""
        self._segment = FacadeSegment("facade", entityid=parent, traceid=root, sampled=True)
        self._open.begin()

    def end(self) -> None:
        """Send what the invocation recorded. A step that is still open in a thread is sent as such."""
        segment, self._segment = self._segment, None
        self._open.end()
        for subsegment in segment.subsegments if segment is not None else ():
            xray_recorder.emitter.send_entity(subsegment)

    def current(self) -> Subsegment | None:
        """The innermost step that is open here, None outside of an invocation that is recorded."""
        return None if self._segment is None else self._open.current()

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
        if self._open.room():
            (self.current() or self._segment).add_subsegment(subsegment)
        self._open.push(subsegment)

    def end_subsegment(self, end_time: Any = None) -> bool:
        """End the innermost step. False: the SDK has nothing more to do, the tree is sent by `end`."""
        ended = self._open.pop()
        if ended is not None and ended.in_progress:
            ended.close(end_time)
        return False


class Emitter(UDPEmitter):
    """Sends a tree as one datagram, which arrives whole or not at all, and only a large one in parts."""

    def send_entity(self, entity: Entity) -> None:
        """Send the tree, without the texts of exceptions: who made one may have put anything into it.

        Whose fault a call was, its answer says.
        A step that is too large by itself is dropped, and told with its size.
        """
        _strip(entity)
        _judge(entity)
        children: list[Subsegment] = []
        size = len(entity.serialize())
        if size > MAX_DATAGRAM and entity.subsegments:
            children, entity.subsegments = entity.subsegments, []
            size = len(entity.serialize())
        if size > MAX_DATAGRAM:
            log.warning("a step of %d bytes was not recorded: a datagram takes no more", size)
        else:
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


def _judge(entity: Entity) -> None:
    """An answer's status decides, as AWS's exporter of spans has it; the SDK marks what raised besides."""
    status = entity.http.get("response", {}).get("status") if entity.http else None
    if isinstance(status, int):
        flags = vars(entity)
        fault = status >= CALLERS_ERRORS.stop or (status < CALLERS_ERRORS.start and "fault" in flags)
        for name, holds in (
            ("error", status in CALLERS_ERRORS),
            ("throttle", status == TOO_MANY),
            ("fault", fault),
        ):
            flags.pop(name, None)
            if holds:
                flags[name] = True
    for child in entity.subsegments:
        _judge(child)
