"""Names that the emulator's owner and its child process share. Imports nothing, so both sides may."""

LOOPBACK = "127.0.0.1"
CONTROL_PATH = "/_inference_watch/"
