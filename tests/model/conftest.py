"""One trained artefact for the whole run: importing scikit-learn takes longer than any test."""

from pathlib import Path

import pytest

from model.train import Fitted, fit, write


@pytest.fixture(scope="session")
def fitted() -> Fitted:
    return fit()


@pytest.fixture(scope="session")
def artefact(tmp_path_factory: pytest.TempPathFactory, fitted: Fitted) -> Path:
    directory = tmp_path_factory.mktemp("model")
    write(directory, fitted)
    return directory
