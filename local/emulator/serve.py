"""The child process of `local.emulator`: ministack in process, with the fill-ins hooked in first.

Started through `local.emulator.leash` with the environment that `Emulator` makes.
"""

import sys

import ministack.app

from local import fillins


def main() -> None:
    """Install the fill-ins and serve until told to end."""
    fillins.install()
    sys.argv = sys.argv[:1]  # the emulator parses its own command line; it is configured by environment
    ministack.app.main()


if __name__ == "__main__":
    main()
