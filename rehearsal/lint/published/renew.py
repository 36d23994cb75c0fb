"""Renews the generated part of the catalogue from AWS's own package of what its services publish.

The package is `@aws-cdk/aws-service-spec`, from which the CDK makes its canned metrics: the directory of
metrics of AWS's console. `npm pack` fetches it and checks its digest, at the version that
`generated.json` names; another `--version` moves the pin. It has names and some dimension sets, and
neither units nor intervals: those are curated by hand and never touched here. What it has of whole
namespaces and their curated files lack is printed, for a person to look up.
"""

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.lint.published import files

PACKAGE = "@aws-cdk/aws-service-spec"

Listed = dict[str, dict[str, list[str]]]
"""Namespace -> metric -> dimension sets, as `files.parse` reads them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """`renew`; exit code 2 where the package cannot be had or read."""
    parser = argparse.ArgumentParser(
        prog="python -m rehearsal.lint.published", description="What AWS publishes."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    renew = commands.add_parser(
        "renew", help="renew the generated part from AWS's package, print what changed"
    )
    source = renew.add_mutually_exclusive_group()
    source.add_argument("--version", help="another version of the package than the pinned one")
    source.add_argument("--tarball", type=Path, metavar="FILE", help="a packed package instead of npm's")
    given = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            tarball = given.tarball or fetch(given.version or pinned(), Path(folder))
            version, listed = read(tarball)
        before = json.loads(files.GENERATED.read_text("utf-8"))["namespaces"]
        files.GENERATED.write_text(written(version, listed), "utf-8")
    except (RehearsalError, OSError, tarfile.TarError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # the command line's own output
        return 2
    for line in [*changes(before, listed), *uncurated(listed)]:
        print(line)  # noqa: T201  # the command line's own output
    return 0


def pinned() -> str:
    """The version that the generated part was made from."""
    source: str = json.loads(files.GENERATED.read_text("utf-8"))["source"]
    return source.rpartition("@")[2]


def fetch(version: str, folder: Path) -> Path:
    """The package, packed, from npm. RehearsalError: no npm, or it does not have it."""
    npm = shutil.which("npm")
    if npm is None:
        raise RehearsalError(
            "renew fetches a package with npm, and there is none on the PATH. Install Node.js."
        )
    command = [npm, "pack", f"{PACKAGE}@{version}", "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words
    if done.returncode:
        raise RehearsalError(
            f"npm pack {PACKAGE}@{version} failed; nothing was renewed.\n{done.stderr.strip()}"
        )
    return next(folder.glob("*.tgz"))


def read(tarball: Path) -> tuple[str, Listed]:
    """The package's version and what it lists. RehearsalError: it has another shape than the one known."""
    with tarfile.open(tarball) as packed:
        try:
            version: str = json.loads(_content(packed, "package/package.json"))["version"]
            database = json.loads(gzip.decompress(_content(packed, "package/db.json.gz")))
            return version, _listed(database["schema"])
        except (KeyError, TypeError, ValueError, gzip.BadGzipFile) as error:
            raise RehearsalError(
                f"{tarball}: not the database that {PACKAGE} had ({error}); nothing was renewed. "
                "Its shape has changed: adapt `renew`."
            ) from error


def _content(packed: tarfile.TarFile, name: str) -> bytes:
    member = packed.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member.read()


def _listed(schema: dict[str, Any]) -> Listed:
    """Metrics with their sets from the package's entities and relations, in order of their names."""
    sets = {
        one["$id"]: "+".join(sorted(key["name"] for key in one["dimensions"]))
        for one in schema["dimensionSet"]["entities"]
    }
    used = schema["usesDimensionSet"]["forward"]
    found: dict[str, dict[str, set[str]]] = {}
    for metric in schema["metric"]["entities"]:
        names = found.setdefault(metric["namespace"], {})
        names.setdefault(metric["name"], set()).update(
            sets[one["$id"]] for one in used.get(metric["$id"], [])
        )
    return {
        namespace: {name: sorted(found[namespace][name]) for name in sorted(found[namespace])}
        for namespace in sorted(found)
    }


def written(version: str, listed: Listed) -> str:
    """The generated file: a metric a line, so that a renewal's diff can be read."""
    spaces = []
    for namespace, metrics in listed.items():
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(sets)}" for name, sets in metrics.items())
        spaces.append(f" {json.dumps(namespace)}: {{\n{lines}\n }}")
    source = json.dumps(f"npm {PACKAGE}@{version}")
    return f'{{\n"source": {source},\n"namespaces": {{\n' + ",\n".join(spaces) + "\n}\n}\n"


def changes(before: Listed, after: Listed) -> Iterator[str]:
    """One line a metric that came, went or changed its sets."""
    old, new = _flat(before), _flat(after)
    for key in sorted(old.keys() | new.keys()):
        name = " ".join(key)
        if key not in old:
            yield f"+ {name} {new[key]}"
        elif key not in new:
            yield f"- {name} {old[key]}"
        elif old[key] != new[key]:
            yield f"~ {name} {old[key]} -> {new[key]}"


def uncurated(listed: Listed) -> Iterator[str]:
    """What the package has of whole namespaces and their files have not, for a person to look up."""
    for namespace, metrics in listed.items():
        curated = files.curated(namespace)
        if curated is not None and curated.whole:
            for name in metrics.keys() - curated.metrics.keys():
                path = files.namespaces()[namespace]
                yield f"? {namespace} {name}: not in {path.name}; look it up and add it"


def _flat(listed: Listed) -> dict[tuple[str, str], list[str]]:
    return {
        (namespace, name): sets for namespace, metrics in listed.items() for name, sets in metrics.items()
    }
