from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError
from local.deployer.stack_config import as_strings, load, merged

PROJECT = """
name: shop
config:
  size: {type: integer, default: 3}
  labels: {type: object, default: {a: one, b: two}}
  owner: {type: string}
  aws:region: {value: eu-west-1}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "Pulumi.dev.yaml").write_text(
        """
config:
  shop:owner: me
  shop:labels: {b: three}
  shop:accounts: {service: "999999999999", monitor: "888888888888", contacts: [arn]}
"""
    )
    return tmp_path


def test_the_stack_file_replaces_the_projects_defaults(root: Path) -> None:
    name, config = load(root, "dev")
    assert name == "shop"
    assert config == {
        "shop:size": "3",
        "shop:labels": {"b": "three"},
        "shop:owner": "me",
        "shop:accounts": {"service": "111111111111", "monitor": "222222222222"},
        "aws:region": "eu-west-1",
    }


def test_overrides_are_merged_key_by_key_and_none_removes(root: Path) -> None:
    _, config = load(root, "dev", {"labels.c": "four", "labels": {"b": None}, "owner": None})
    assert config["shop:labels"] == {"c": "four"}
    assert "shop:owner" not in config


def test_no_override_can_leave_the_local_accounts(root: Path) -> None:
    _, config = load(root, "dev", {"accounts": {"service": "333333333333", "contacts": ["x"]}})
    assert config["shop:accounts"] == {
        "service": "111111111111",
        "monitor": "222222222222",
        "contacts": ["x"],
    }


def test_an_unknown_stack_names_the_missing_file(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"no stack 'staging' \(Pulumi\.staging\.yaml is missing\)"):
        load(root, "staging")


def test_an_encrypted_value_is_there_and_an_override_gives_it(root: Path) -> None:
    (root / "Pulumi.dev.yaml").write_text(
        "config: {shop:hooks: [{endpoint: {secure: v1:abc}}], shop:token: {secure: v1:abc}}"
    )
    _, config = load(root, "dev")
    assert "abc" not in str(config)
    assert isinstance(config["shop:token"], str)
    assert isinstance(config["shop:hooks"][0]["endpoint"], str)
    _, config = load(root, "dev", {"hooks": [], "token": "plain"})
    assert (config["shop:hooks"], config["shop:token"]) == ([], "plain")


def test_structures_reach_the_program_as_json_and_text_as_it_is() -> None:
    assert as_strings({"a": "text", "b": 3, "c": True, "d": {"x": [1]}}) == {
        "a": "text",
        "b": "3",
        "c": "true",
        "d": '{"x": [1]}',
    }


def test_the_shipped_stacks_load() -> None:
    root = Path(__file__).resolve().parents[3]
    for stack in ("dev", "dev-monitor", "prod", "prod-monitor"):
        name, config = load(root, stack)
        assert name == "inference-watch"
        assert config["inference-watch:accounts"]["monitor"] == "222222222222"


keys = st.text("ab", min_size=1, max_size=2)
trees = st.recursive(st.integers(), lambda inner: st.dictionaries(keys, inner, max_size=3), max_leaves=8)


@given(st.dictionaries(keys, trees, max_size=3), st.dictionaries(keys, trees, max_size=3))
def test_merging_keeps_what_the_override_does_not_name_and_takes_what_it_does(
    old: dict[str, object], new: dict[str, object]
) -> None:
    result = merged(old, new)
    assert set(result) == set(old) | set(new)
    for key, value in result.items():
        if key not in new:
            assert value == old[key]
        elif not (isinstance(new[key], dict) and isinstance(old.get(key), dict)):
            assert value == new[key]
    assert merged(result, new) == result
