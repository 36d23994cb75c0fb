"""Loopback ports for the local run's servers."""

import socket

from local.fillins.names import LOOPBACK


class PortInUseError(RuntimeError):
    """The port asked for is taken; the message names it and the ways out."""


def free_port(wanted: int = 0) -> int:
    """`wanted` if it can be bound on loopback, or a free port for 0; `PortInUseError` if it is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError as error:
            raise PortInUseError(
                f"Port {wanted} on {LOOPBACK} is taken, so nothing else can listen there. "
                "End what uses it, or ask for another port (0 picks a free one)."
            ) from error
        return int(probe.getsockname()[1])
