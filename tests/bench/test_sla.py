"""The benchmark of the SLA report makes evidence that holds, and reports on it."""

from pathlib import Path

import pytest

from bench import sla


def test_the_benchmarks_evidence_is_reported_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sla, "DISTINCT", 1)
    sla.report(sla.fleet(tmp_path, 2), tmp_path / "out")
    cpu_s, peak_mb = (float(word) for word in capsys.readouterr().out.split())
    assert cpu_s > 0
    assert peak_mb > 0
    assert len(list((tmp_path / "out" / "services").glob("*.html"))) == 2
