"""`python -m reports REPORT ...`; see `cli`."""

import entry

if __name__ == "__main__":
    entry.run("reports.cli")
