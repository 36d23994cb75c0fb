"""What Pulumi's analyzer makes of the package, once."""

import json
from typing import Any

import pytest

import package


@pytest.fixture(scope="session")
def schema() -> Any:
    """The package's schema."""
    return json.loads(package.provider().schema or "")
