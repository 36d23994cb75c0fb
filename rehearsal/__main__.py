"""`python -m rehearsal`; see `cli`."""

import entry

if __name__ == "__main__":
    entry.run("rehearsal.cli")
