"""Runs the Pulumi program against the emulator: `deploy("dev", emulator)` and `deploy("dev-monitor", …)`."""

from local.deployer.deployment import Deployment, deploy
from local.deployer.errors import ConfigurationError, DeployError
from local.deployer.monitor import Resource

__all__ = ["ConfigurationError", "DeployError", "Deployment", "Resource", "deploy"]
