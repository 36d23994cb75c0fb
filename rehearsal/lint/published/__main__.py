"""`python -m rehearsal.lint.published`; see `renew`."""

import entry

if __name__ == "__main__":
    entry.run("rehearsal.lint.published.renew")
