"""The AWS emulator of the local run as one child process that never outlives its owner.

`Emulator` starts `local.emulator.serve` (ministack with the fill-ins of `local.fillins`) on a loopback
port, waits until it answers, hands out boto3 clients of either account, and on exit ends the process
with every Lambda worker it started. It describes no infrastructure: that is the deployer's work, through
the same management API that AWS has. State lives in a temporary folder that is removed on exit.
"""

import json
import os
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import botocore.config
import botocore.session

from local.emulator.group import end_group
from local.emulator.leash import start_leashed
from local.emulator.net import free_port
from local.fillins.names import CONTROL_PATH, LOOPBACK

SERVICE_ACCOUNT = "111111111111"
MONITOR_ACCOUNT = "222222222222"
READY_TIMEOUT_S = 30.0  # measured: 0.5 s on an idle machine
CONTROL_TIMEOUT_S = 120.0  # the telemetry of many thousand requests
PROCESS = "local.emulator.serve"


class EmulatorError(RuntimeError):
    """The emulator could not start or refused a control call; the message carries the reason."""


class Emulator:
    """Two AWS accounts on one loopback port, from `with` to the end of its block.

    `port` 0 takes a free one. `region` is where clients and functions are. A 12-digit access key is the
    account it names, acting as that account's root.
    """

    def __init__(self, *, region: str = "eu-central-1", port: int = 0) -> None:
        self.region = region
        self._wanted_port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._clients_lock = threading.Lock()
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and wait until it answers.

        Raises `PortInUseError` when the port asked for is taken, `EmulatorError` with the end of the log
        when the process ends early or is not ready in `READY_TIMEOUT_S`.
        """
        port = free_port(self._wanted_port)
        self.url = f"http://{LOOPBACK}:{port}"
        self._folder = tempfile.TemporaryDirectory(prefix="inference-watch-emulator-")
        folder = Path(self._folder.name)
        (folder / "aws_config").write_text("[default]\n")
        try:
            with (folder / "emulator.log").open("wb") as log:
                self._process = start_leashed(
                    PROCESS, [], folder=folder, environment=_environment(folder, port, self.region), log=log
                )
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the process and its workers and remove its folder. Safe to call twice."""
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        if process is not None:
            end_group(process)
            if process.stdin is not None:
                process.stdin.close()
        if folder is not None:
            folder.cleanup()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id, which is also the id of the group that holds the Lambda workers."""
        if self._process is None:
            raise EmulatorError("The emulator is not running; start it first.")
        return self._process.pid

    def client(self, service: str, account: str) -> Any:
        """A boto3 client (cached) of `service`, acting as the root of the 12-digit `account`.

        Typed `Any` because its type depends on the service's name; annotate at the call where it helps.
        """
        with self._clients_lock:
            client = self._clients.get((service, account))
            if client is None:
                create: Callable[..., Any] = self.session(account).client
                client = create(
                    service,
                    endpoint_url=self.url,
                    config=botocore.config.Config(
                        retries={"max_attempts": 2, "mode": "standard"},
                        max_pool_connections=32,
                        inject_host_prefix=False,
                    ),
                )
                self._clients[service, account] = client
            return client

    def session(self, account: str) -> boto3.Session:
        """A boto3 session with the root keys of `account` that reads no AWS config of this machine."""
        if self._folder is None:
            raise EmulatorError("The emulator is not running; start it first.")
        core = botocore.session.Session()
        core.set_config_variable("config_file", str(Path(self._folder.name) / "aws_config"))
        core.set_config_variable("credentials_file", os.devnull)
        core.set_config_variable("profile", "default")
        return boto3.Session(
            aws_access_key_id=account,
            aws_secret_access_key="local",  # noqa: S106 # root keys are not verified by the emulator
            region_name=self.region,
            botocore_session=core,
        )

    @property
    def log_path(self) -> Path:
        """The process's log, in its folder, which is removed on exit."""
        if self._folder is None:
            raise EmulatorError("The emulator is not running; start it first.")
        return Path(self._folder.name) / "emulator.log"

    def log_tail(self, lines: int = 40) -> str:
        """The last lines of the process's log."""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def control(self, operation: str, **params: Any) -> Any:
        """Call the fill-ins' control path with JSON parameters; returns the JSON answer.

        Raises `EmulatorError` with the process's own message when it refuses.
        """
        request = urllib.request.Request(  # noqa: S310 # always our own loopback URL
            f"{self.url}{CONTROL_PATH}{operation}",
            data=json.dumps(params).encode(),
            headers={"content-type": "application/json"},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=CONTROL_TIMEOUT_S) as answer:  # noqa: S310 # as above
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise EmulatorError(json.load(error)["message"]) from error

    def attach_model(self, url: str, *, pid: int | None = None, endpoint: str = "") -> None:
        """Put the model server at `url` behind a SageMaker endpoint, or every one that has none of its own.

        `pid` and its children are measured.
        """
        self.control("attach_model", url=url, pid=pid, endpoint=endpoint)

    def fault(self, name: str, **params: Any) -> None:
        """Switch a fault of `local.fillins.faults` on, e.g. `fault("model-slow", delay_ms=300)`."""
        self.control("fault", name=name, **params)

    def clear_faults(self) -> None:
        """Switch every fault off."""
        self.control("clear_faults")

    def sdk_environment(self, account: str) -> dict[str, str]:
        """Environment variables with which any AWS SDK works in `account` of this emulator, as its root."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def segments(self) -> list[dict[str, Any]]:
        """Every X-Ray document collected so far, as it was sent, plus its `account`."""
        found: list[dict[str, Any]] = self.control("segments")
        return found

    def datapoints(self, account: str, *, merge: bool = False) -> list[dict[str, Any]]:
        """Every raw datapoint CloudWatch holds for `account`, oldest first.

        `local.fillins.datapoints` gives the shape, and what `merge` makes one.
        """
        self.control("sample_utilization")
        found: list[dict[str, Any]] = self.control("datapoints", account=account, merge=merge)
        shared: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
        for one in found:  # the same few dimensions a hundred thousand times
            one["dimensions"] = shared.setdefault(tuple(one["dimensions"].items()), one["dimensions"])
        return found

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise EmulatorError(f"The emulator ended while starting. Its log:\n{self.log_tail()}")
            try:
                self.control("ready")
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
            else:
                return
        raise EmulatorError(
            f"The emulator was not ready in {READY_TIMEOUT_S:g} s. Its log:\n{self.log_tail()}"
        )


def _environment(folder: Path, port: int, region: str) -> dict[str, str]:
    """A clean environment: the functions inherit it, so nothing of the caller's may leak in."""
    for name in ("tmp", "state", "home"):
        (folder / name).mkdir()
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "state" / "s3"),
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": SERVICE_ACCOUNT,
        "MINISTACK_REGION": region,
        "AUTH": "true",
        "LOG_LEVEL": "WARNING",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
