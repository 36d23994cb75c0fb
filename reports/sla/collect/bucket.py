"""Evidence in a bucket: what is needed comes into a folder, what is new goes up, and no day is replaced."""

import base64
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from reports.sla.collect.accounts import PATIENT
from reports.sla.evidence.chain import FOLDER
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.schema import TABLES
from reports.sla.figures.engine import Statements
from reports.sla.figures.reading import Place

SCHEME = "s3://"
MISSING = "404"  # what HeadObject says, which has no body
AT_ONCE = 16  # requests
SEVERAL = PATIENT.merge(Config(max_pool_connections=AT_ONCE))
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


def opened(address: str, profile: str | None) -> "Bucket":
    """The bucket of an address, with a profile's credentials. Raises `EvidenceError`."""
    try:
        return Bucket.at(address, boto3.Session(profile_name=profile).client("s3", config=SEVERAL))
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
        """Bring objects into the folder; one that is not there stays missing.

        Raises `EvidenceError` for a place outside of it.
        """

        def bring(place: str) -> None:
            path = (root / place).resolve()
            if not path.is_relative_to(root.resolve()):
                raise EvidenceError(f"{SCHEME}{self.name}/{self.prefix}{place} lies outside of the evidence")
            try:
                answer = self.client.get_object(Bucket=self.name, Key=f"{self.prefix}{place}")
            except self.client.exceptions.NoSuchKey:
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(answer["Body"].read())

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(bring, places):
                pass

    def stored(self, places: Iterable[str]) -> dict[str, tuple[int, str]]:
        """Size and SHA-256 of objects as S3 computed it when they came, without bringing them here.

        One that is missing is not in it, one put without a checksum has none. Raises `EvidenceError` when the
        bucket cannot be read.
        """

        def look(place: str) -> tuple[str, tuple[int, str] | None]:
            try:
                head = self.client.head_object(
                    Bucket=self.name, Key=f"{self.prefix}{place}", ChecksumMode="ENABLED"
                )
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == MISSING:
                    return place, None
                raise
            digest = base64.b64decode(head.get("ChecksumSHA256", "")).hex()
            return place, (head["ContentLength"], digest)

        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                return {place: found for place, found in pool.map(look, places) if found}
        except (BotoCoreError, ClientError) as error:
            raise EvidenceError(f"{SCHEME}{self.name} cannot be read: {error}") from None

    def place(self, root: Path, other: Statements | None = None) -> Place:
        """The bucket as what reports are read from, by way of a folder; see `Place`."""
        return Place(
            root=root,
            bring_chain=lambda: self.bring(root, f"{FOLDER}/"),
            bring=lambda places: self.pull(root, places),
            bring_all=lambda: self.bring_tables(root),
            other=other,
            stored=self.stored if other else None,
        )

    def bring(self, root: Path, below: str = "") -> None:
        """Bring what is below a place. Raises `EvidenceError` when the bucket cannot be read."""
        try:
            self.pull(root, self.places(below))
        except (BotoCoreError, ClientError) as error:
            raise EvidenceError(f"{SCHEME}{self.name} cannot be read: {error}") from None

    def bring_tables(self, root: Path) -> None:
        """Bring all that lies in the tables' places. Raises `EvidenceError` as `bring` does."""
        for table in TABLES:
            self.bring(root, f"{table.name}/")

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
        files = sorted(root.glob(f"*/*/day={link.stem}/*.parquet"))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(lambda path: self.put(path.relative_to(root).as_posix(), path), files):
                pass
        place = link.relative_to(root).as_posix()
        try:
            self.put(place, link, IfNoneMatch="*")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in TAKEN:
                raise
            where = f"{SCHEME}{self.name}/{self.prefix}{place}"
            raise EvidenceError(f"{where} is there already, and a day is kept once") from None
