"""`python -m local`: both accounts on this machine. See `local.cli`."""

import sys

from local.cli import main

if __name__ == "__main__":
    sys.exit(main())
