"""The emulated accounts and the model server as processes of this machine."""

from local.emulator.process import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator, EmulatorError

__all__ = ["MONITOR_ACCOUNT", "SERVICE_ACCOUNT", "Emulator", "EmulatorError"]
