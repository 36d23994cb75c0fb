"""A stack's alarms as JSON on standard output. Its text is run in another revision's folder, by `revisions`:
it imports nothing but what every revision has, and whatever that revision builds is what comes out.
"""

import json
import sys
from dataclasses import asdict

from rehearsal.sources import stack


def _plain(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if dump else str(value)


if __name__ == "__main__":
    json.dump(asdict(stack.of_stack(sys.argv[1])), sys.stdout, default=_plain)
