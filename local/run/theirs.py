"""A service that others deployed, watched from outside: found by `discover`, then a stack of role `watch`."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from config import ConfigError
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT
from local.run import their_api
from local.run.copies import ROOT
from local.run.deploying import deployed
from local.run.served import Served

STACK = "theirs"
QUOTA = 50_000
SECRET = "api-key"  # noqa: S105  # its name, as `discover` writes it
KNOWN = (0, 3)  # exit codes of `discover`: found, and found but for what it names


class Theirs(Served):
    """An API made with plain calls; whoever watches it knows its id and has a key for it."""

    def deploy(self) -> None:
        """Make the API, find what serves it, and deploy what watches it. Raises what deploying raises."""
        fault = self._options.fault
        with self._step("their API", "Deploy an API by plain calls"):
            quota = self._options.before_fault if fault and fault.quota else QUOTA
            self._theirs = their_api.make(
                self._emulator, SERVICE_ACCOUNT, self._emulator.region, self.service, quota
            )
        with tempfile.TemporaryDirectory() as folder:
            with self._step("discover", "Find what serves it"):
                self._discover(Path(folder))
            self._fill_in(Path(folder) / "probes" / f"{STACK}.yaml")
            with self._step(f"deploy {self.copy.stack}", "Deploy the watch stack", told=True) as advance:
                self.deployment = deployed(
                    self.copy.stack,
                    self._emulator,
                    advance,
                    file=STACK,
                    folder=Path(folder),
                    overrides={
                        "probes": f"{folder}/probes/{STACK}.yaml",
                        "existing.url": self._url,
                    },
                )
        self._attach_model()

    @property
    def _url(self) -> str:
        """Where the emulator answers for the API: AWS's own address leads nowhere here."""
        return f"{self._emulator.url}/restapis/{self._theirs.id}/{their_api.STAGE}/_user_request_"

    @property
    def monitor_overrides(self) -> Mapping[str, Any]:
        """The key that its owners handed over: the monitor stack keeps it."""
        return {"canary.secrets": {SECRET: self._theirs.key}}

    def _discover(self, folder: Path) -> None:
        command = [sys.executable, "-m", "monitoring", "discover", "--api", self._theirs.id]
        command += ["--region", self._emulator.region, "--monitor-account", MONITOR_ACCOUNT]
        command += ["--name", STACK, "--env", "dev", "--stack", STACK, "--out", str(folder)]
        environment = {**os.environ, **self._emulator.sdk_environment(SERVICE_ACCOUNT)}
        done = subprocess.run(  # noqa: S603  # fixed words
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in KNOWN:
            raise ConfigError(f"{their_api.NAME} could not be found, so it is not watched:\n{done.stderr}")

    def _fill_in(self, file: Path) -> None:
        """What a person does who knows the API: say what is sent and what must come back."""
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        document["probes"] = [
            {
                "name": probe.name,
                "method": operation.method.upper(),
                "path": operation.path,
                "request": probe.request.model_dump(exclude_unset=True),
                "expect": {
                    "status": probe.expect.status,
                    "values": [value.model_dump(exclude_none=True) for value in probe.expect.values],
                },
            }
            for probe in self.service.definition.probes
            for operation in [self.service.operation(probe)]
        ]
        file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    def _there_already(self) -> set[str]:
        return set()
