"""Where the stack files are, and what they name beside them."""

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]
ROOT = _HERE if (_HERE / "Pulumi.yaml").exists() else Path.cwd()  # installed, it works where it is called
STACKS = Path(os.environ.get("INFERENCE_WATCH_STACKS", ROOT))  # where runs without the CLI find stack files
