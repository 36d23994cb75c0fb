"""Names that the emulator's owner and its child process share. Imports nothing, so both sides may."""

CONTROL_PATH = "/_inference_watch/"
