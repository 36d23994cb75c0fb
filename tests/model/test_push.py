import json
import os
import re
from pathlib import Path

import pytest

from model import artefact as made
from model import push
from model.push import image_files, source_tag, write_context

REPOSITORY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/inference-prod-model"
DIGEST = "sha256:" + "a" * 64
DOCKER_V2 = "application/vnd.docker.distribution.manifest.v2+json"
TAG = source_tag("wine", "linux/amd64")

# Both stand-ins write down how they were called. `aws` knows an image once `docker push` made `pushed`.
DOCKER = """#!/bin/sh
echo "docker $*" >> calls
case "$1" in
  login) read -r password; echo "password $password" >> calls ;;
  push) touch pushed ;;
esac
"""
AWS = """#!/bin/sh
echo "aws $*" >> calls
case "$2" in
  get-login-password) echo secret ;;
  describe-images)
    test -e pushed || { echo "An error occurred (ImageNotFoundException)" >&2; exit 254; }
    cat answer ;;
esac
"""


class Tools:
    """Stand-ins for docker and aws in front of the PATH, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answer(DOCKER_V2)

    def answer(self, media_type: str) -> None:
        image = {"imageDigest": DIGEST, "imageManifestMediaType": media_type}
        (self.folder / "answer").write_text(json.dumps({"imageDetails": [image]}))

    def install(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(script)
        path.chmod(0o755)

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    made = Tools(tmp_path)
    made.install("docker", DOCKER)
    made.install("aws", AWS)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return made


def test_one_command_logs_in_builds_pushes_and_prints_the_address_by_digest(
    tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push.main(["--repository", REPOSITORY]) == 0
    assert capsys.readouterr().out == f"{REPOSITORY}@{DIGEST}\n"
    look = (
        "aws ecr describe-images --registry-id 111111111111 --region eu-west-1 "
        f"--repository-name inference-prod-model --image-ids imageTag={TAG} --output json"
    )
    calls = [re.sub(r" \S*/inference-watch-image-\S+$", " CONTEXT", call) for call in tools.calls()]
    assert calls == [
        look,
        "aws ecr get-login-password --region eu-west-1",
        "docker login --username AWS --password-stdin 111111111111.dkr.ecr.eu-west-1.amazonaws.com",
        "password secret",
        "docker buildx build --platform linux/amd64 --provenance=false --sbom=false --output type=docker "
        f"--build-arg SERVICE=wine --file {push.SERVER / 'Dockerfile'} --tag {REPOSITORY}:{TAG} CONTEXT",
        f"docker push {REPOSITORY}:{TAG}",
        look,
    ]


def test_an_unchanged_model_is_neither_built_nor_pushed_again(
    tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    (tools.folder / "pushed").touch()
    assert push.main(["--repository", REPOSITORY]) == 0
    assert capsys.readouterr().out == f"{REPOSITORY}@{DIGEST}\n"
    assert [call.split()[0] for call in tools.calls()] == ["aws"]


def test_an_image_that_sagemaker_would_refuse_is_said_so(
    tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    tools.answer("application/vnd.oci.image.manifest.v1+json")
    assert push.main(["--repository", REPOSITORY]) == 1
    assert "which SageMaker refuses" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["docker", "aws"])
def test_a_missing_tool_is_named(
    tools: Tools, missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tools.folder / missing).unlink()
    monkeypatch.setenv("PATH", str(tools.folder))
    assert push.main(["--repository", REPOSITORY]) == 1
    assert capsys.readouterr().err == f"error: the {missing} command is missing; install it and try again\n"
    assert not (tools.folder / "calls").exists()


@pytest.mark.parametrize("failing", ["login", "buildx", "push"])
def test_a_step_that_fails_ends_it_with_the_tools_own_words(
    tools: Tools, failing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tools.install("docker", f'#!/bin/sh\nif [ "$1" = {failing} ]; then echo no luck >&2; exit 3; fi\n')
    assert push.main(["--repository", REPOSITORY]) == 1
    assert re.search(rf"error: docker {failing} .*failed \(3\): no luck\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    "repository", ["inference-prod-model", f"{REPOSITORY}:latest", "docker.io/x/y", f"{REPOSITORY}@{DIGEST}"]
)
def test_what_is_no_ecr_repository_is_refused(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert push.main(["--repository", repository]) == 1
    assert "is not an ECR repository like 111111111111" in capsys.readouterr().err


def test_a_service_without_a_model_is_named(tools: Tools, capsys: pytest.CaptureFixture[str]) -> None:
    assert push.main(["--service", "cheese", "--repository", REPOSITORY]) == 1
    expected = "error: services/cheese/model/ does not exist; name a service that has a model\n"
    assert capsys.readouterr().err == expected
    assert not (tools.folder / "calls").exists()


def test_the_tag_follows_the_platform_the_service_and_every_file_of_the_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, own = tmp_path / "model", tmp_path / "services" / "own" / "model"
    for folder in (server, own):
        folder.mkdir(parents=True)
    monkeypatch.setattr(push, "ROOT", tmp_path)
    monkeypatch.setattr(made, "ROOT", tmp_path)
    monkeypatch.setattr(push, "SERVER", server)
    changed = [server / name for name in ("app.py", "Dockerfile", "serve")]
    changed += [own / "train.py", own / "words.txt"]
    for path in changed:
        path.write_text("1")
    tags = {source_tag("own", "linux/amd64"), source_tag("own", "linux/arm64")}
    for path in changed:
        path.write_text("2")
        tags.add(source_tag("own", "linux/amd64"))
    assert len(tags) == 7
    (server / "push.py").write_text("not in the image")
    assert source_tag("own", "linux/amd64") in tags


@pytest.mark.parametrize("service", ["wine", "tickets", "digits"])
def test_the_context_holds_the_server_the_service_and_nothing_that_was_built(
    tmp_path: Path, service: str
) -> None:
    write_context(service, tmp_path)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(image_files(service))
    own = f"services/{service}"
    folders = {path.rpartition("/")[0] for path in written}
    assert folders == {"model", "services", own, f"{own}/model"}
    assert {f"{own}/model/{name}" for name in ("requirements.txt", "requirements-train.txt")} <= written
    assert os.access(tmp_path / "model" / "serve", os.X_OK)
