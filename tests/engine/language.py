"""The language host that stands in for Python's: the CLI, as people call it, runs programs in this process.

A shell's `pulumi up` asks of it what the Automation API asks of an inline program. The CLI finds it by
`PULUMI_DEBUG_LANGUAGES`, and tells which folder's program to run.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from tests.engine.engine import RUNNING, quick


class _Host(LanguageServer):
    def __init__(self, run: Callable[[Path], None]) -> None:
        super().__init__(program=lambda: None)
        self._run, self._engine = run, ""

    def Handshake(self, request: Any, _context: Any) -> language_pb2.LanguageHandshakeResponse:  # noqa: N802
        self._engine = request.engine_address  # where warnings go
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802
        return plugin_pb2.PluginInfo()

    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()

    def Run(self, request: Any, context: Any) -> language_pb2.RunResponse:  # noqa: N802
        with RUNNING, quick():
            request.args[:] = [self._engine]  # where an inline program finds it
            self.program = lambda: self._run(Path(request.info.program_directory))
            done: language_pb2.RunResponse = super().Run(request, context)  # type: ignore[no-untyped-call]
            return done


@contextmanager
def serve(run: Callable[[Path], None]) -> Iterator[str]:
    """Serves `run`, which gets the program's folder; yields what `PULUMI_DEBUG_LANGUAGES` has to say."""
    server = grpc.server(ThreadPoolExecutor(4, "language"))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_Host(run), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"python:{port}"
    finally:
        server.stop(grace=None).wait()
