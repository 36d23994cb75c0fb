"""The catalogue of what AWS publishes: its files are sound, and it says what AWS's pages say."""

import pytest

from rehearsal.lint import published
from rehearsal.lint.published import files


@pytest.mark.parametrize("name", sorted(files.namespaces()))
def test_every_curated_file_is_sound(name: str) -> None:
    found = published.namespace(name)
    assert found is not None
    assert found.source.startswith("https://")
    assert found.metrics


def test_a_metric_in_the_wrong_case_is_another_one_and_the_right_one_is_near() -> None:
    assert published.metric("AWS/Lambda", "errors") is None
    assert published.nearest("AWS/Lambda", "errors")[0] == "Errors"


def test_rest_and_http_apis_have_other_names_and_dimensions() -> None:
    rest, http = published.metric("AWS/ApiGateway", "5XXError"), published.metric("AWS/ApiGateway", "5xx")
    assert rest is not None
    assert http is not None
    assert frozenset({"ApiId", "Stage"}) not in rest.dimension_sets
    assert frozenset({"ApiId", "Stage"}) in http.dimension_sets
