"""The real model server of the local run: gunicorn with the model's application on a loopback port.

The same application and gunicorn settings that the container runs, without the container. Training the
model is `local.emulator.model_environment`'s part, SageMaker the emulator's.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from local.emulator.group import end_group
from local.emulator.leash import start_leashed
from local.emulator.model_environment import Trained
from local.emulator.net import free_port
from local.fillins.names import LOOPBACK

READY_TIMEOUT_S = 60.0  # measured: 1 s on an idle machine
_POLL_S = 0.05
_GRACE_S = 5.0  # for the workers' last requests and traces
CONFIG = "model/gunicorn.conf.py"


class ModelServerError(RuntimeError):
    """The model server did not come up; the message carries the end of its log."""


class ModelServer:
    """The model behind `url`, from `with` to the end of its block; `stop` and `start` in between.

    `trained` is the service's model. `environment` is added to a clean one (where traces go,
    credentials). `workers` processes serve it. `stand_in` is another WSGI application, `module:name`, to
    serve in the model's place with gunicorn's default settings.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str] | None = None,
        workers: int = 1,
        trained: Trained | None = None,
        stand_in: str | None = None,
        port: int = 0,
    ) -> None:
        self._added = dict(environment or {})
        self._workers = workers
        self._trained = trained
        self._stand_in = stand_in
        self._folder = tempfile.TemporaryDirectory(prefix="inference-watch-model-")
        self._log = Path(self._folder.name) / "model.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port(port)
        self.url = f"http://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """The master's process id; its children are the workers."""
        if self._process is None:
            raise ModelServerError("The model server is not running; start it first.")
        return self._process.pid

    def start(self) -> None:
        """Start gunicorn and wait until `/ping` answers 200; does nothing when it runs already.

        Raises `ModelServerError` when it ends early or is not ready in `READY_TIMEOUT_S`.
        """
        if self._process is not None:
            return
        arguments = [self._stand_in] if self._stand_in else ["--config", CONFIG]
        with self._log.open("ab") as log:
            self._process = start_leashed(
                "gunicorn",
                arguments,
                folder=Path(self._folder.name),
                environment=self._environment(),
                log=log,
                python=self._trained.python if self._trained else sys.executable,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the master and its workers; the port is free afterwards. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            end_group(process, grace_s=_GRACE_S)
            if process.stdin is not None:
                process.stdin.close()

    def log_tail(self, lines: int = 40) -> str:
        """The last lines of gunicorn's log."""
        return (
            "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])
            if self._log.exists()
            else ""
        )

    def _environment(self) -> dict[str, str]:
        kept = {
            name: os.environ[name]
            for name in ("PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
            if name in os.environ
        }
        return {
            **kept,
            "LANG": "C.UTF-8",
            "HOME": self._folder.name,
            "TMPDIR": self._folder.name,
            "BIND": f"{LOOPBACK}:{self.port}",
            "GUNICORN_CMD_ARGS": f"--bind={LOOPBACK}:{self.port}",
            "WEB_CONCURRENCY": str(self._workers),
            **(self._trained.environment if self._trained else {}),
            **self._added,
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise ModelServerError(f"The model server ended while starting. Its log:\n{self.log_tail()}")
            try:
                with urllib.request.urlopen(f"{self.url}/ping", timeout=5):  # noqa: S310 # our own loopback URL
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(_POLL_S)
        raise ModelServerError(
            f"The model server was not ready in {READY_TIMEOUT_S:g} s. Its log:\n{self.log_tail()}"
        )
