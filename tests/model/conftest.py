"""One trained artefact for the whole run: importing scikit-learn takes longer than any test."""

from pathlib import Path

import pytest

from model.artefact import train


@pytest.fixture(scope="session")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("trained") / "model"
    train("wine", directory)
    return directory
