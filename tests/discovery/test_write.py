"""What is written is read as it was: the Pulumi CLI takes more texts for numbers than PyYAML does."""

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config import stack_files
from discovery.write import flow


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.from_regex(r"[a-z0-9]{10}", fullmatch=True) | st.text("0123456789e.+-_xob", min_size=1, max_size=6))
@example("12e4567890")
@example("0123456789")
@example("0x1f")
@example("1_000")
def test_an_id_is_the_same_text_in_the_stack_file(tmp_path: Path, identifier: str) -> None:
    file = tmp_path / "Pulumi.theirs.yaml"
    file.write_text(f"config:\n  inference-watch:existing: {flow({'api': {'id': identifier}})}\n")
    found = stack_files.read(file, "inference-watch")
    assert found == {"inference-watch:existing": {"api": {"id": identifier}}}
