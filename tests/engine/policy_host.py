"""A language host that can do one thing, run a policy pack: the CLI's own one for Python is not everywhere.

Started by the CLI as `pulumi-language-tried`; runs `pack.py` with the Python that the first argument names.
"""

import subprocess
import sys
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

RUNTIME = "tried"


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Starts the pack and hands on what it prints, the port it listens on first."""

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802  # gRPC's
        return plugin_pb2.PluginInfo(version="1.0.0")

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802  # gRPC's
        return language_pb2.LanguageHandshakeResponse()

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802  # gRPC's
        folder = request.info.program_directory
        pack = subprocess.Popen(  # noqa: S603
            [sys.argv[1], "-u", f"{folder}/pack.py", *request.args],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(pair.split("=", 1) for pair in request.env),
        )
        context.add_callback(pack.kill)
        for line in pack.stdout or ():
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=pack.wait())


def main() -> None:
    """Serve until the CLI ends it."""
    server = grpc.server(futures.ThreadPoolExecutor(8))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(0)


if __name__ == "__main__":
    main()
