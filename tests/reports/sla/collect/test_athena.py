"""The same report by Athena: a stand-in reads the statements as it does and answers from the same files."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from botocore.exceptions import ClientError

from reports.sla.collect.athena import Athena
from reports.sla.evidence.chain import File
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.schema import TABLES
from reports.sla.evidence.store import connect
from reports.sla.evidence.verify import verify
from reports.sla.figures.engine import STATEMENTS, Asked, Engine, Fails
from reports.sla.figures.measure import measure, services
from reports.sla.period import month as period_of
from tests.reports.sla.months import month

TYPES = {"BIGINT": "bigint", "HUGEINT": "bigint", "INTEGER": "integer", "DOUBLE": "double", "DATE": "date"}
NAMES = {"TIMESTAMP": "timestamp", "VARCHAR": "varchar", "DECIMAL(38,0)": "bigint"}


class StandIn:
    """Athena's client as far as it is used. Every table of the database lies in `root`, as projected."""

    def __init__(self, root: Path, state: str = "SUCCEEDED") -> None:
        self.asked: list[dict[str, Any]] = []
        self._state = state
        self._looks = 0
        self._duck = connect()
        self._duck.execute("CREATE SCHEMA proof_evidence")
        for table in TABLES:
            columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
            self._duck.execute(
                f"CREATE TABLE proof_evidence.{table.name} ({columns}, service VARCHAR, day DATE)"
            )
            if files := [str(path) for path in (root / table.name).glob("*/*/*.parquet")]:
                self._duck.execute(
                    # Names of the schema's own.
                    f"INSERT INTO proof_evidence.{table.name} BY NAME SELECT * FROM read_parquet($files,"
                    " hive_partitioning = true, hive_types = {'service': VARCHAR, 'day': DATE})",
                    {"files": files},
                )

    def start_query_execution(self, **asked: Any) -> dict[str, str]:
        self.asked.append(asked)
        return {"QueryExecutionId": str(len(self.asked) - 1)}

    def get_query_execution(self, **_: str) -> dict[str, Any]:
        self._looks += 1
        state = "RUNNING" if self._looks % 2 else self._state
        return {"QueryExecution": {"Status": {"State": state, "StateChangeReason": "limit exceeded"}}}

    def get_paginator(self, operation: str) -> "StandIn":
        assert operation == "get_query_results"
        return self

    def paginate(self, **query: str) -> list[dict[str, Any]]:
        text = self.asked[int(query["QueryExecutionId"])]["QueryString"]
        (ours,) = sqlglot.transpile(text, read="athena", write="duckdb")
        cursor = self._duck.execute(ours)
        described = [(column[0], {**TYPES, **NAMES}[str(column[1])]) for column in cursor.description or ()]
        header = [{"Data": [{"VarCharValue": name} for name, _ in described]}]
        rows = [
            {"Data": [{} if value is None else {"VarCharValue": _text(value)} for value in row]}
            for row in cursor.fetchall()
        ]
        metadata = {"ColumnInfo": [{"Name": name, "Type": kind} for name, kind in described]}
        pages = [(header + rows)[first : first + 2] for first in range(0, len(rows) + 1, 2)]
        return [{"ResultSet": {"Rows": page, "ResultSetMetadata": metadata}} for page in pages]


def _text(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S.000}" if isinstance(value, datetime) else str(value)


def athena(root: Path, client: Any) -> Athena:
    return Athena(
        client=client,
        workgroup="proof-evidence",
        database="proof_evidence",
        files=Engine(root),
        sleep=lambda _: None,
    )


def test_athena_gives_the_same_report_as_duckdb(tmp_path: Path) -> None:
    made = month(2026, 10)
    made.outage(made.at(13, "23:10"), 97)
    made.alarm(made.at(13, "23:15"), "page-api-down", "orders-prod-critical")
    made.unprobed(made.at(20, "04:00"), 31)
    period = period_of("2026-10", "Europe/Berlin")
    expected = made.report(tmp_path, period)
    (root,) = {path.parents[1] for path in tmp_path.rglob("chain/*.json")}
    client = StandIn(root)
    found = verify(root)
    (report,) = measure(root, found, period, services(found.links, period), other=athena(root, client))
    assert report == expected
    assert len(client.asked) == len(STATEMENTS) - 1  # announcements are read from their files
    for asked in client.asked:
        assert asked["WorkGroup"] == "proof-evidence"
        assert asked["QueryExecutionContext"] == {"Database": "proof_evidence"}
        assert "WHERE service IN ('orders-prod')" in asked["QueryString"]


def test_a_query_that_is_stopped_at_the_limit_is_told_with_athenas_words(tmp_path: Path) -> None:
    made = month(2026, 10)
    period = period_of("2026-10")
    made.report(tmp_path, period)
    (root,) = {path.parents[1] for path in tmp_path.rglob("chain/*.json")}
    found = verify(root)
    with pytest.raises(EvidenceError, match="did not answer the statement daily: limit exceeded"):
        list(
            measure(
                root,
                found,
                period,
                services(found.links, period),
                other=athena(root, StandIn(root, state="FAILED")),
            )
        )


def test_what_aws_refuses_is_told(tmp_path: Path) -> None:
    class Refusing:
        def start_query_execution(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "StartQueryExecution")

    engine = athena(tmp_path, Refusing())
    engine.load(
        [File(path="usage/service=orders-prod/day=2026-10-01/data.parquet", sha256="", size=0, rows=0)]
    )
    asked = Asked(period=period_of("2026-10"), fails={"orders-prod": Fails(count=3, share=0.01)}, excluded={})
    with pytest.raises(EvidenceError, match=r"did not answer the statement daily: .*AccessDenied"):
        engine.rows("daily", asked)
