"""The figures' SQL on Athena: the same text, over the same files, without bringing them here.

Announcements of maintenance, of which there are few, are read from their files: the statement on them has no
bounds in time, and Athena would look at every partition.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from reports.sla.collect.accounts import PATIENT
from reports.sla.evidence.chain import File
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.schema import TABLES
from reports.sla.figures.engine import FEW, Asked, Engine, Row

POLL_S, PATIENCE_S = 1.0, 1800.0
READ: Mapping[str, Callable[[str], Any]] = {
    "bigint": int,
    "integer": int,
    "double": float,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "varchar": str,
}


def opened(names: tuple[str, str], profile: str | None, files: Engine) -> "Athena":
    """Athena by its workgroup and database, with a profile's credentials. Raises `EvidenceError`."""
    try:
        client = boto3.Session(profile_name=profile).client("athena", config=PATIENT)
    except BotoCoreError as error:
        raise EvidenceError(f"Athena cannot be asked: {error}") from None
    return Athena(client=client, workgroup=names[0], database=names[1], files=files)


@dataclass(kw_only=True, slots=True)
class Athena:
    """An engine of `measure`. `client` is an Athena client; `files` is what maintenance is read with."""

    client: Any
    workgroup: str
    database: str
    files: Engine
    sleep: Callable[[float], None] = time.sleep
    _services: tuple[str, ...] = field(default=(), init=False)

    def load(self, files: Iterable[File]) -> None:
        """Whose evidence is asked next."""
        given = list(files)
        self._services = tuple(sorted({file.service for file in given}))
        self.files.load(file for file in given if file.table == FEW)

    def rows(self, name: str, asked: Asked) -> list[Row]:
        """The rows of one statement. Raises `EvidenceError` for a query that failed, with Athena's words."""
        if name == FEW:
            return self.files.rows(name, asked)
        if not self._services:
            return []
        try:
            return self._answer(name, self.statement(asked.statement(name)))
        except (BotoCoreError, ClientError) as error:
            raise EvidenceError(f"Athena did not answer the statement {name}: {error}") from None

    def _answer(self, name: str, text: str) -> list[Row]:
        started = self.client.start_query_execution(
            QueryString=text,
            QueryExecutionContext={"Database": self.database},
            WorkGroup=self.workgroup,
        )
        query = started["QueryExecutionId"]
        self._wait(query, name)
        found: list[Row] = []
        columns: list[tuple[str, Callable[[str], Any]]] = []
        for page in self.client.get_paginator("get_query_results").paginate(QueryExecutionId=query):
            result = page["ResultSet"]
            rows = result["Rows"]
            if not columns:
                described = result["ResultSetMetadata"]["ColumnInfo"]
                columns = [(column["Name"], READ[column["Type"]]) for column in described]
                rows = rows[1:]  # the first one has the columns' names
            found += [_row(row["Data"], columns) for row in rows]
        return found

    def statement(self, text: str) -> str:
        """The statement over the services in question alone, so that only their partitions are read."""
        names = ", ".join(f"'{service}'" for service in self._services)
        used = [table.name for table in TABLES if re.search(rf"\b(FROM|JOIN) {table.name}\b", text)]
        own = (
            f'{table} AS (SELECT * FROM "{self.database}".{table} WHERE service IN ({names})), '
            for table in used
        )
        return text.replace("WITH ", f"WITH {''.join(own)}", 1)

    def _wait(self, query: str, name: str) -> None:
        waited = 0.0
        while True:
            status = self.client.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] not in ("QUEUED", "RUNNING") or waited > PATIENCE_S:
                why = status.get("StateChangeReason", f"it is {status['State']} after {waited:.0f} s")
                raise EvidenceError(f"Athena did not answer the statement {name}: {why}")
            self.sleep(POLL_S)
            waited += POLL_S


def _row(data: list[Mapping[str, str]], columns: list[tuple[str, Callable[[str], Any]]]) -> Row:
    values = (cell.get("VarCharValue") for cell in data)
    return {
        name: None if value is None else read(value)
        for (name, read), value in zip(columns, values, strict=True)
    }
