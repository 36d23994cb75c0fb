"""`python -m local`: both accounts on this machine. See `local.cli`."""

import entry

if __name__ == "__main__":
    entry.run("local.cli", "Interrupted. Everything that was started is ended.")
