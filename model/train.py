"""Train a service's model: `python -m model.train --service NAME --out DIR`.

What is trained is `services/<name>/model/train.py`; see `model.artefact` for what is written beside it.
"""

import argparse
import sys
from pathlib import Path

from model.artefact import ArtefactError, ensure, train


def main(arguments: list[str] | None = None) -> int:
    """Train from the command line; 0 if the model is in its folder, 1 if not."""
    parser = argparse.ArgumentParser(
        prog="python -m model.train", description="Train a service's model and write it."
    )
    parser.add_argument("--service", default="wine", metavar="NAME", help="which (default wine)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the artefact, made if missing")
    parser.add_argument("--if-stale", action="store_true", help="only if what is there was made otherwise")
    given = parser.parse_args(arguments)
    try:
        if given.if_stale:
            ensure(given.service, given.out)
            return 0
        version = train(given.service, given.out)
    except ArtefactError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(f"model {version} of service {given.service} written to {given.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
