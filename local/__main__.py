"""`python -m local`: both accounts on this machine. See `local.cli`."""

import sys

if __name__ == "__main__":
    try:
        from local.cli import main

        sys.exit(main())
    except KeyboardInterrupt:  # before the command line could take care of it
        sys.stderr.write("Interrupted before anything was started.\n")
        sys.exit(130)
