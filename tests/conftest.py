"""The suite runs on stacks of its own, `tests/stacks`, so that the shipped ones may be edited.

Set before anything is imported, and in the environment, so that commands which tests start see it too.
"""

import os
from pathlib import Path

os.environ["INFERENCE_WATCH_STACKS"] = str(Path(__file__).parent / "stacks")
# Matrices are small and the suite runs in several processes: more threads each only take turns.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
