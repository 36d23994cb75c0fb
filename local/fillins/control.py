"""The control path: a small ASGI layer in front of the emulator, for its owner only.

`POST /_inference_watch/<operation>` with a JSON object; answers JSON. Not an AWS API and not signed: it
listens on loopback like everything else here. Operations are registered by the fill-ins that own them.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import ministack.app

from local.fillins.names import CONTROL_PATH

Operation = Callable[..., Any]
_operations: dict[str, Operation] = {}

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class ControlError(ValueError):
    """A control call that cannot be done; its text goes back to the caller with status 400."""


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register a plain function as a control operation; its keyword arguments are the JSON object."""

    def register(function: Operation) -> Operation:
        _operations[name] = function
        return function

    return register


@operation("ready")
def ready() -> bool:
    """Answers once the server serves."""
    return True


def layer(app: App) -> App:
    """`app` with the control path in front."""

    async def controlled(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(CONTROL_PATH):
            status, answer = _call(scope["path"][len(CONTROL_PATH) :], await _read(receive))
            await send(
                {
                    "type": "http.response.start",
                    "status": status,
                    "headers": [
                        (b"content-type", b"application/json"),
                        (b"content-length", b"%d" % len(answer)),
                    ],
                }
            )
            await send({"type": "http.response.body", "body": answer})
            return
        await app(scope, receive, send)

    return controlled


def _call(name: str, body: bytes) -> tuple[int, bytes]:
    function = _operations.get(name)
    if function is None:
        return _refused(f"No control operation {name!r}; there are {', '.join(sorted(_operations))}.")
    try:
        return 200, json.dumps(function(**json.loads(body or b"{}"))).encode()
    except (ControlError, TypeError, json.JSONDecodeError) as error:
        return _refused(str(error))


def _refused(reason: str) -> tuple[int, bytes]:
    return 400, json.dumps({"message": reason}).encode()


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


def install() -> None:
    """Put the layer in front of the emulator's application, which `ministack.app.main` then serves."""
    ministack.app.app = layer(ministack.app.app)
