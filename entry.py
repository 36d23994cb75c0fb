"""How a command begins and ends: Ctrl-C at any moment is a message and exit code 130, never a traceback."""

import importlib
import os
import signal
import sys
from typing import NoReturn

INTERRUPTED = 130  # as a shell reports it: 128 and the number of SIGINT


def run(module: str, interrupted: str = "Interrupted.") -> NoReturn:
    """Import `module` and end with the exit code that its `main()` returns.

    Importing takes a second or more. Nothing is started by then, so Ctrl-C leaves at once; an exception could
    get lost in the callbacks of an import. `interrupted` is what it says, then and in `main()`.
    """
    said = f"{interrupted}\n"

    def leave(*_: object) -> NoReturn:
        os.write(sys.stderr.fileno(), said.encode())
        os._exit(INTERRUPTED)

    signal.signal(signal.SIGINT, leave)
    main = importlib.import_module(module).main
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code = main()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends already
        sys.stderr.write(said)
        sys.exit(INTERRUPTED)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only Python's own end is left
    sys.exit(code)
