"""The suite runs on stacks of its own, `tests/stacks`, so that the shipped ones may be edited.

Set before anything is imported, and in the environment, so that commands which tests start see it too.
"""

import os
from pathlib import Path

import hypothesis

os.environ["INFERENCE_WATCH_STACKS"] = str(Path(__file__).parent / "stacks")
# Matrices are small and the suite runs in several processes: more threads each only take turns.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# How long an example takes is the machine's business, not the program's.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")
