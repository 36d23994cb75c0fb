"""Evidence in a bucket: what is needed comes into a folder, what is new goes up, and no day is replaced."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from reports.sla.collect.accounts import PATIENT
from reports.sla.evidence.chain import FOLDER
from reports.sla.evidence.errors import EvidenceError

SCHEME = "s3://"
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


def opened(address: str, profile: str | None) -> "Bucket":
    """The bucket of an address, with a profile's credentials. Raises `EvidenceError`."""
    try:
        return Bucket.at(address, boto3.Session(profile_name=profile).client("s3", config=PATIENT))
    except BotoCoreError as error:
        raise EvidenceError(f"{address} cannot be read: {error}") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """`s3://name/prefix`; `client` is an S3 client of its account."""

    client: Any
    name: str
    prefix: str = ""

    @classmethod
    def at(cls, address: str, client: Any) -> "Bucket":
        """The bucket of an address. Raises `EvidenceError` for one without a name."""
        name, _, prefix = address.removeprefix(SCHEME).partition("/")
        if not name:
            raise EvidenceError(f"{address} names no bucket; an example is s3://my-evidence/prod")
        return cls(client=client, name=name, prefix=f"{prefix.strip('/')}/" if prefix.strip("/") else "")

    def places(self, below: str = "") -> Iterator[str]:
        """Every object's place below the prefix, in order."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=f"{self.prefix}{below}"
        )
        for page in pages:
            for item in page.get("Contents", ()):
                yield str(item["Key"]).removeprefix(self.prefix)

    def pull(self, root: Path, places: Iterable[str]) -> None:
        """Bring objects into the folder. Raises `EvidenceError` for a place outside of it."""
        for place in places:
            path = (root / place).resolve()
            if not path.is_relative_to(root.resolve()):
                raise EvidenceError(f"{SCHEME}{self.name}/{self.prefix}{place} lies outside of the evidence")
            path.parent.mkdir(parents=True, exist_ok=True)
            answer = self.client.get_object(Bucket=self.name, Key=f"{self.prefix}{place}")
            path.write_bytes(answer["Body"].read())

    def bring(self, root: Path, wanted: Callable[[str], bool]) -> None:
        """Bring the objects that are wanted. Raises `EvidenceError` when the bucket cannot be read."""
        try:
            self.pull(root, (place for place in self.places() if wanted(place)))
        except (BotoCoreError, ClientError) as error:
            raise EvidenceError(f"{SCHEME}{self.name} cannot be read: {error}") from None

    def pull_last_link(self, root: Path) -> None:
        """Bring the last link alone, which is what the next day continues; nothing where there is none."""
        last = max(self.places(f"{FOLDER}/"), default=None)
        if last:
            self.pull(root, [last])

    def put(self, place: str, path: Path, **more: str) -> None:
        """Send a file up."""
        self.client.put_object(
            Bucket=self.name,
            Key=f"{self.prefix}{place}",
            Body=path.read_bytes(),
            ChecksumAlgorithm="SHA256",
            **more,
        )

    def push_day(self, root: Path) -> None:
        """Send up what was kept on the last day of the folder's chain.

        The link comes last and makes it a day: what a run that was broken off has left is replaced, a day
        with a link never is. Raises `EvidenceError` for such a day.
        """
        link = max((root / FOLDER).glob("*.json"))
        for path in sorted(root.glob(f"*/*/day={link.stem}/*.parquet")):
            self.put(path.relative_to(root).as_posix(), path)
        place = link.relative_to(root).as_posix()
        try:
            self.put(place, link, IfNoneMatch="*")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in TAKEN:
                raise
            where = f"{SCHEME}{self.name}/{self.prefix}{place}"
            raise EvidenceError(f"{where} is there already, and a day is kept once") from None
