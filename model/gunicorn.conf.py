# ruff: noqa: N999 - gunicorn's own name for its configuration; it is not imported
"""How gunicorn serves the model. Reads `BIND`, `WEB_CONCURRENCY`, `WORKER_USER`; `model.app` reads the rest.

The target is the API's p90 of 200 ms, of which a prediction takes under one. So these settings keep
requests from waiting for each other, for a connection or for a restart; no timeout here cuts a slow
prediction short, since only the caller knows how much of its time budget is left.
"""

import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

from model import logs
from model.app import application
from model.artefact import ArtefactError

wsgi_app = "model.app:application"
bind = os.environ.get("BIND", "0.0.0.0:8080")  # SageMaker calls the container on port 8080

# A prediction is pure computation: a process for each core. A thread more would not compute more (they
# share the interpreter), but each connection that is silent or slow to send holds one: enough of them keep
# such connections from holding up /ping. They are made when needed.
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)
worker_class = "gthread"
threads = 64
read_timeout_s = 5  # for each part of a request; gunicorn itself has no such limit

# Load the model and import everything once, before the fork: workers share the memory and start in
# milliseconds, which is also what makes restarting them harmless.
preload_app = True
max_requests = 100_000  # a worker is replaced before a slow leak could matter,
max_requests_jitter = 20_000  # and not all of them at once

# SageMaker's proxy keeps connections; closing an idle one just as a request arrives on it would fail that
# request. So we close last: after the 60 s that AWS's proxies usually keep an idle connection.
keepalive = 75

# With threads this is a heartbeat, not a limit for a request: a worker whose loop hangs this long is
# replaced. Half of the 60 s after which SageMaker gives up on an invocation.
timeout = 30
# SageMaker sends SIGTERM and 30 s later SIGKILL: requests get 20 s, and the last traces the rest.
graceful_timeout = 20
# The heartbeat touches a file; on a disk that could block.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - tmpfs, and a file without a name

# SageMaker wants containers to start as root; the processes that read requests need not stay it.
user = os.environ.get("WORKER_USER") or None

control_socket_disable = True
accesslog = None
logconfig_dict = logs.CONFIG


def on_starting(server: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Load the model before the port opens, so that /ping never answers for a model that is not there."""
    try:
        application.load()
    except ArtefactError as error:
        sys.exit(f"error: {error}")


def post_worker_init(worker: Any) -> None:
    """Give each worker its own emitter (threads do not survive a fork), and connections a time limit.

    A connection inherits it from the listener (Linux); a request that is half sent then ends as a bad one.
    """
    for listener in worker.sockets:
        limit = struct.pack("ll", read_timeout_s, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    application.tracer.start()


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Send the worker's last traces."""
    application.tracer.stop()
