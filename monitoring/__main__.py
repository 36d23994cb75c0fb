"""`python -m monitoring COMMAND ...`; see `cli`."""

import entry

if __name__ == "__main__":
    entry.run("monitoring.cli")
