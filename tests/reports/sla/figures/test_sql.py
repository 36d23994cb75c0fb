"""The figures' SQL is one text for DuckDB and for Athena."""

from datetime import date, datetime

import pytest
import sqlglot
from sqlglot import exp

from reports.sla.evidence.schema import BY_NAME
from reports.sla.figures.engine import STATEMENTS, Asked, Fails
from reports.sla.period import Period

ASKED = Asked(
    period=Period(first=date(2026, 10, 1), last=date(2026, 10, 31), timezone="Europe/Berlin"),
    fails={"it's": Fails(count=3, share=0.01)},
    excluded={"it's": [(datetime(2026, 10, 5, 2), datetime(2026, 10, 5, 4))]},
)
# In the reference of Trino, which Athena is and in DuckDB's, with the same meaning.
FUNCTIONS = {"sum", "count", "min", "max", "max_by", "coalesce", "lag", "row_number", "date_trunc", "cast"}
GIVEN = {"days", "promises", "excluded"}


def functions(tree: exp.Expr) -> set[str]:
    structure = (exp.Case, exp.If, exp.And, exp.Or, exp.Between)
    return {
        (node.name if isinstance(node, exp.Anonymous) else node.sql_names()[0]).lower()
        for node in tree.find_all(exp.Func)
        if not isinstance(node, structure)
    }


@pytest.mark.parametrize("name", STATEMENTS)
def test_both_engines_read_the_same_statement(name: str) -> None:
    text = ASKED.statement(name)
    as_athena = sqlglot.parse_one(text, read="athena")
    athenas = as_athena.sql(dialect="athena").replace(
        "TIMESTAMP(0)", "TIMESTAMP"
    )  # a literal's own precision
    assert sqlglot.transpile(text, read="duckdb", write="athena") == [athenas]
    known = {"arg_max": "max_by", "timestamp_trunc": "date_trunc"}
    assert {known.get(found, found) for found in functions(as_athena)} <= FUNCTIONS, name


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_reads_tables_of_the_evidence_and_columns_that_they_have(name: str) -> None:
    tree = sqlglot.parse_one(ASKED.statement(name), read="athena")
    made = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = {table.name for table in tree.find_all(exp.Table)}
    assert made >= GIVEN
    assert tables - made <= set(BY_NAME), name
    assert tables & set(BY_NAME), name
    if name != "maintenance":  # announced whenever
        assert f"{(next(iter(tables & set(BY_NAME))))[0]}.day BETWEEN DATE '2026-" in ASKED.statement(name)


def test_names_are_quoted() -> None:
    assert "('it''s', 3, 0.01)" in ASKED.statement("daily")
    assert "('it''s', TIMESTAMP '2026-10-05 02:00:00', TIMESTAMP '2026-10-05 04:00:00')" in ASKED.statement(
        "daily"
    )
