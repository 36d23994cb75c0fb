"""`python -m rehearsal`; see `cli`."""

import sys

from rehearsal.cli import main

sys.exit(main())
