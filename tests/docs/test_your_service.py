"""docs/your-service.md, executed: its files are written, checked, trained, and answer probes and samples."""

import re
from pathlib import Path

import pytest

from settings.service.new import write
from tests.settings.service.served import held, served

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "your-service.md").read_text()
FILES = {
    name: f"# {name}\n{text}"
    for name, text in re.findall(r"```\w+\n# (services/\S+)\n(.*?)```", PAGE, re.DOTALL)
}


def followed(name: str, root: Path) -> Path:
    """The folder after the page's steps: written anew, then the page's own files over it."""
    folder = write(name, root / "services")
    for path, text in FILES.items():
        if path.startswith(f"services/{name}/"):
            (root / path).write_text(text)
    return folder


@pytest.mark.parametrize(("name", "samples"), [("avocado", 171), ("churn", 100)])
def test_a_reader_who_follows_the_page_has_a_service_that_answers(
    name: str, samples: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"python -m services new {name}\n" in PAGE
    with served(followed(name, tmp_path), monkeypatch) as running:
        probes = running.service.definition.probes
        assert probes
        assert [held(running.answer(probe), probe) for probe in probes] == [[]] * len(probes)
        sent = running.service.samples(running.directory)
        assert len(sent) == samples
        assert [held(running.answer(sample), sample) for _, sample in sent] == [[]] * samples


def test_every_file_of_the_page_belongs_to_one_of_its_services() -> None:
    assert {path.split("/")[1] for path in FILES} == {"avocado", "churn"}
    assert len(FILES) == 12
