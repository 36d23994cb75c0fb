"""Hosts the components for programs in any of Pulumi's languages; Pulumi runs it as the package's plugin."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the product's own folders

from pulumi.provider import main

from package import provider

main(provider(), sys.argv[1:])
