"""Build a service's model image and push it: `python -m model.push --service NAME --repository ADDRESS`.

Prints the image's address by digest, to set as `model.image`. The tag is a hash of what the image is built
from, so an unchanged model is not built and pushed again. Needs the docker and aws commands, and
credentials that may push to the repository. Deliberately deploys nothing.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from model.artefact import ROOT, source_of, sources

SERVER: Final = ROOT / "model"
REQUIREMENTS: Final = "requirements.txt"  # of serving
TRAINING: Final = "requirements-train.txt"  # of training; where it is missing, as for serving
_NOT_SERVED: Final = ("push.py", "Dockerfile")
_TAG_LENGTH: Final = 16
_REPOSITORY = re.compile(
    r"(?P<registry>(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com)/(?P<name>[a-z0-9._/-]+)"
)
# The only manifest SageMaker takes: it refuses OCI ones (amazon-sagemaker-feedback, issue 180).
_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"


class PushError(RuntimeError):
    """The image is not in the repository, or not usable there; the message says why and what to do."""


def push(service: str, repository: str, platform: str) -> str:
    """Build and push unless this very source was pushed before; returns `<repository>@sha256:...`.

    Raises PushError, also for a repository that is not an ECR address.
    """
    address = _REPOSITORY.fullmatch(repository)
    if address is None:
        raise PushError(
            f"{repository!r} is not an ECR repository like 111111111111.dkr.ecr.eu-west-1.amazonaws.com/name"
        )
    for command in ("docker", "aws"):
        if shutil.which(command) is None:
            raise PushError(f"the {command} command is missing; install it and try again")
    if not source_of(service).is_dir():
        raise PushError(f"services/{service}/model/ does not exist; name a service that has a model")
    tag = source_tag(service, platform)
    image = f"{repository}:{tag}"
    digest = _pushed_digest(address, tag)
    if digest is None:
        password = _run("aws", "ecr", "get-login-password", "--region", address["region"])
        _run("docker", "login", "--username", "AWS", "--password-stdin", address["registry"], given=password)
        # A plain docker image: attestations and OCI media types would make a manifest SageMaker refuses.
        plain = ("--provenance=false", "--sbom=false", "--output", "type=docker")
        with tempfile.TemporaryDirectory(prefix="inference-watch-image-") as context:
            write_context(service, Path(context))
            named = (
                "--build-arg",
                f"SERVICE={service}",
                "--file",
                str(SERVER / "Dockerfile"),
                "--tag",
                image,
            )
            _run("docker", "buildx", "build", "--platform", platform, *plain, *named, context)
        _run("docker", "push", image)
        digest = _pushed_digest(address, tag)
    if digest is None:
        raise PushError(f"docker pushed {image}, but ECR does not list it")
    return f"{repository}@{digest}"


def image_files(service: str) -> dict[str, bytes]:
    """What the image is built from, by path in the build context."""
    paths = [path for path in sorted(SERVER.iterdir()) if path.is_file() and path.name not in _NOT_SERVED]
    packages = [ROOT / "services" / "__init__.py", ROOT / "services" / service / "__init__.py"]
    paths += [path for path in packages if path.is_file()]
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (*paths, *sources(service))}
    folder = f"services/{service}/model"
    files.setdefault(f"{folder}/{REQUIREMENTS}", b"")
    files.setdefault(f"{folder}/{TRAINING}", files[f"{folder}/{REQUIREMENTS}"])
    return files


def write_context(service: str, context: Path) -> None:
    """Write the build context: `image_files`, and nothing that was built or installed."""
    for name, content in image_files(service).items():
        path = context / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod((ROOT / name).stat().st_mode if (ROOT / name).exists() else 0o644)


def source_tag(service: str, platform: str) -> str:
    """The image's tag: a hash of the platform and of every file that the image is built from."""
    content = hashlib.sha256(platform.encode())
    files = {"Dockerfile": (SERVER / "Dockerfile").read_bytes(), **image_files(service)}
    for name, source in sorted(files.items()):
        content.update(f"\0{name}\0".encode() + hashlib.sha256(source).digest())
    return content.hexdigest()[:_TAG_LENGTH]


def _pushed_digest(address: re.Match[str], tag: str) -> str | None:
    """The digest under this tag in ECR, or None if there is none; PushError if SageMaker would refuse it."""
    place = (
        "--registry-id",
        address["account"],
        "--region",
        address["region"],
        "--repository-name",
        address["name"],
    )
    try:
        answer = _run(
            "aws", "ecr", "describe-images", *place, "--image-ids", f"imageTag={tag}", "--output", "json"
        )
    except PushError as error:
        if "ImageNotFoundException" in str(error):
            return None
        raise
    image = json.loads(answer)["imageDetails"][0]
    if image["imageManifestMediaType"] != _MANIFEST:
        raise PushError(
            f"the image {tag} in ECR is {image['imageManifestMediaType']}, which SageMaker refuses. Delete "
            "it (aws ecr batch-delete-image), turn docker's containerd image store off, and push again."
        )
    return str(image["imageDigest"])


def _run(*command: str, given: str | None = None) -> str:
    """Run a command with `given` on its standard input; returns its output. Raises PushError if it fails."""
    sys.stderr.write(f"+ {' '.join(command)}\n")
    # The commands are ours, without a shell; docker and aws come from the PATH, as everywhere.
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603 - see above
    if done.returncode != 0:
        raise PushError(f"{' '.join(command[:3])} failed ({done.returncode}): {done.stderr.strip()}")
    return done.stdout.strip()


def main(arguments: list[str] | None = None) -> int:
    """Push from the command line; 0 if the image is in the repository, 1 if not."""
    parser = argparse.ArgumentParser(
        prog="python -m model.push", description="Build and push a service's model image."
    )
    parser.add_argument("--service", default="wine", metavar="NAME", help="which (default wine)")
    parser.add_argument("--repository", required=True, help="the ECR repository's address, without a tag")
    parser.add_argument("--platform", default="linux/amd64", help="linux/arm64 for Graviton instances")
    given = parser.parse_args(arguments)
    try:
        image = push(given.service, given.repository, given.platform)
    except PushError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(f"{image}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
