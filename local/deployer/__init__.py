"""Runs the Pulumi programs against the emulator: `bootstrap(…)`, then `deploy("dev", …)` and its monitor."""

from local.deployer.bootstrap import bootstrap
from local.deployer.deployment import Deployment, deploy
from local.deployer.errors import DeployError
from local.deployer.monitor import Resource

__all__ = ["DeployError", "Deployment", "Resource", "bootstrap", "deploy"]
