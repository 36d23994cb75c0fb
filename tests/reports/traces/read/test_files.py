"""Files of segments: the formats that are read, and errors that name file, line and fault."""

import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.traces.read.files import FileError, FileReader
from reports.traces.read.segments import TraceStore
from tests.reports.traces.make import Shape, documents, segment, trace_id, write_lines

GOOD = segment("api", 0, 1, span_id="a", trace=trace_id(1))
OTHER = segment("api", 0, 2, span_id="a", trace=trace_id(2))


def read(path: Path | str, *, lenient: bool = False) -> FileReader:
    reader = FileReader(TraceStore(), lenient=lenient)
    reader.read(str(path))
    return reader


def batch(*made: dict[str, Any]) -> dict[str, Any]:
    return {
        "Traces": [
            {"Id": d["trace_id"], "Duration": 1, "Segments": [{"Id": d["id"], "Document": json.dumps(d)}]}
            for d in made
        ],
        "UnprocessedTraceIds": [],
    }


HEADER = '{"format": "json", "version": 1}'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{json.dumps(GOOD)}\n{json.dumps(OTHER)}\n", id="one document a line"),
        pytest.param(f"{json.dumps(GOOD)}\n\n  \n{json.dumps(OTHER)}", id="blank lines, no last newline"),
        pytest.param(f"{HEADER}\n{json.dumps(GOOD)}\n{HEADER}\n{json.dumps(OTHER)}\n", id="daemon datagrams"),
        pytest.param(json.dumps([GOOD, OTHER]), id="a list"),
        pytest.param(json.dumps([GOOD, OTHER], indent=2), id="a printed list"),
        pytest.param(json.dumps(batch(GOOD, OTHER)), id="batch-get-traces in a line"),
        pytest.param(json.dumps(batch(GOOD, OTHER), indent=4), id="batch-get-traces as the CLI prints it"),
        pytest.param(f"{json.dumps(batch(GOOD))}\n{json.dumps(batch(OTHER))}\n", id="one answer a line"),
        pytest.param(
            json.dumps({"TraceSegmentDocuments": [json.dumps(GOOD), json.dumps(OTHER)]}),
            id="a PutTraceSegments request",
        ),
        pytest.param(
            f"{json.dumps(batch(GOOD), indent=4)}\n{json.dumps(batch(OTHER), indent=4)}",
            id="two printed answers",
        ),
        pytest.param(
            f"{HEADER}\n{json.dumps(GOOD, indent=2)}\n{json.dumps(OTHER, indent=2)}",
            id="header, then printed",
        ),
        pytest.param(
            f"{HEADER}\n{json.dumps(GOOD)}{HEADER}\n{json.dumps(OTHER)}", id="datagrams as nc writes them"
        ),
        pytest.param(json.dumps(batch(GOOD, OTHER)["Traces"], indent=4), id="--query Traces"),
        pytest.param("\n".join(json.dumps(t) for t in batch(GOOD, OTHER)["Traces"]), id="bare traces"),
        pytest.param(
            json.dumps([t["Segments"] for t in batch(GOOD, OTHER)["Traces"]]), id="--query Traces[*].Segments"
        ),
        pytest.param(json.dumps([[json.dumps(GOOD)], [json.dumps(OTHER)], None]), id="--query of documents"),
        pytest.param(f"{json.dumps(GOOD)}\t{json.dumps(OTHER)}", id="--output text"),
        pytest.param(
            json.dumps(
                {
                    "Traces": [
                        {"Id": d["trace_id"], "Spans": [{"Document": json.dumps(d)}]} for d in (GOOD, OTHER)
                    ]
                }
            ),
            id="list-retrieved-traces",
        ),
        pytest.param(f"[\n{json.dumps(GOOD)},\n{json.dumps(OTHER)}\n]", id="a list of one item a line"),
        pytest.param(
            json.dumps({"events": [{"message": json.dumps(d), "timestamp": 1} for d in (GOOD, OTHER)]}),
            id="log events",
        ),
        pytest.param(
            json.dumps({"results": [[{"field": "@message", "value": json.dumps(d)}] for d in (GOOD, OTHER)]}),
            id="Logs Insights",
        ),
        pytest.param("\r\n".join(json.dumps(d) for d in (GOOD, OTHER)), id="other line ends"),
    ],
)
def test_each_format_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "segments"
    path.write_text(text, encoding="utf-8", newline="")
    reader = read(path)
    assert set(reader.store.traces) == {trace_id(1), trace_id(2)}
    assert (reader.store.documents, reader.skipped) == (2, 0)


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(GOOD).encode())))
    assert read("-").store.documents == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"name": "api",', "segments:3: not JSON: Expecting property name"),
        (b'"\xff"', "segments:3: not UTF-8: invalid start byte at byte 1"),
        (b'{"name": "api"}', "segments:3: `trace_id` is None, not of the form"),
        (b"[1, 2]", "segments:3: item 0: a segment is a JSON object, not 1"),
        (b"17", "segments:3: a segment is a JSON object, not 17"),
        (
            json.dumps({"Traces": [{"Id": "1-x", "Segments": [{"Id": "b", "Document": "{"}]}]}).encode(),
            "segments:3: trace 1-x, segment b: not JSON: Expecting property name",
        ),
        (
            json.dumps({"TraceSegmentDocuments": ['{"id": "b"}']}).encode(),
            "segments:3: document 0: `trace_id` is None",
        ),
    ],
)
def test_a_bad_line_refuses_the_file_by_name_and_line(tmp_path: Path, line: bytes, message: str) -> None:
    path = tmp_path / "segments"
    path.write_bytes(b"\n".join([json.dumps(GOOD).encode(), b"", line, json.dumps(OTHER).encode()]))
    with pytest.raises(FileError) as error:
        read(path)
    assert message in str(error.value)
    assert str(error.value).startswith(str(path))
    reader = read(path, lenient=True)
    assert set(reader.store.traces) == {trace_id(1), trace_id(2)}
    assert reader.skipped >= 1
    assert message in reader.examples[0]


def test_an_error_in_a_printed_document_names_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "segments"
    path.write_text('{\n  "Traces": [\n    oops\n  ]\n}\n', encoding="utf-8")
    with pytest.raises(FileError, match=r"segments:3: not JSON: Expecting value at column 5"):
        read(path)


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(FileError, match="no-such-file: cannot be read: No such file"):
        read("no-such-file")


def test_only_some_examples_of_what_was_skipped_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "segments"
    path.write_text("nonsense\n" * 50, encoding="utf-8")
    reader = read(path, lenient=True)
    assert (reader.skipped, len(reader.examples)) == (50, 5)


def test_progress_is_told_in_bytes(tmp_path: Path) -> None:
    path = tmp_path / "segments"
    write_lines(path, documents(Shape(), 300, 1))
    heard: list[int] = []
    FileReader(TraceStore(), on_bytes=heard.append).read(str(path))
    assert 0 < path.stat().st_size - sum(heard) < 300_000
    assert len(heard) < 10


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("indent", [None, 2])
def test_any_unicode_encoding_is_read(tmp_path: Path, encoding: str, indent: int | None) -> None:
    path = tmp_path / "segments"
    text = "\r\n".join(
        json.dumps(d, indent=indent, ensure_ascii=False) for d in (GOOD, {**OTHER, "name": "ü"})
    )
    path.write_bytes(text.encode(encoding))
    assert set(read(path).store.traces) == {trace_id(1), trace_id(2)}


def test_a_gzipped_file_is_read_and_a_cut_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "segments.gz"
    packed = gzip.compress(json.dumps(GOOD).encode())
    path.write_bytes(packed)
    assert set(read(path).store.traces) == {trace_id(1)}
    path.write_bytes(packed[:-9])
    with pytest.raises(FileError, match="cannot be read: Compressed file ended"):
        read(path)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"TraceSummaries": [{"Id": "1-x"}]},
            "trace summaries, which hold no segments; fetch them with `aws xray batch",
        ),
        ([{"Id": "1-x", "ResponseTime": 1, "HasFault": False}], "item 0: these are trace summaries"),
        ({"Services": []}, "neither a segment (no `trace_id`) nor an answer with traces; it has `Services`"),
        ({"Traces": 3}, "`Traces` is not a list"),
        (
            {"results": [[{"field": "name", "value": "x"}]]},
            "result 0: no `@message`; let the query begin with",
        ),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [{"spanId": "zz"}]}]}]}, "`traceId` is None, not 32"),
        ([[[[1]]]], "item 0: item 0: item 0: item 0: a segment is a JSON object, not 1"),
    ],
)
def test_what_holds_no_traces_is_refused_with_what_to_do(tmp_path: Path, value: Any, message: str) -> None:
    path = tmp_path / "segments"
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(FileError) as error:
        read(path)
    assert message in str(error.value)
    assert read(path, lenient=True).skipped == 1


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 5_000,
        "[" * 900 + "]" * 900,
        '{"start_time": ' + "9" * 5_000 + "}",
        "\x00" * 40,
        '"\\ud800',
    ],
)
def test_no_input_is_answered_with_a_traceback(tmp_path: Path, text: str) -> None:
    path = tmp_path / "segments"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match="segments"):
        read(path)


def test_a_cut_value_costs_a_lenient_reader_that_value_only(tmp_path: Path) -> None:
    path = tmp_path / "segments"
    path.write_text(
        '{"name": "api", "subsegments": [\n' + json.dumps(GOOD) + "\n" + json.dumps(OTHER), encoding="utf-8"
    )
    reader = read(path, lenient=True)
    assert (set(reader.store.traces), reader.skipped) == ({trace_id(1), trace_id(2)}, 1)


def test_what_a_file_says_of_its_completeness_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "segments"
    answer = batch(GOOD, OTHER)
    answer["Traces"][0]["LimitExceeded"] = True
    answer |= {"UnprocessedTraceIds": ["1-9", "1-8"], "NextToken": "more", "RetrievalStatus": "RUNNING"}
    path.write_text(json.dumps(answer), encoding="utf-8")
    assert read(path).notes.lines() == [
        f"1 trace was ({trace_id(1)}) truncated by X-Ray (LimitExceeded): parts are missing and the rest is "
        "measured",
        "2 traces were (1-8, 1-9) not handed out by X-Ray (UnprocessedTraceIds)",
        "there are more traces than were fetched: the output ends with a NextToken",
        "the retrieval was still running when it was asked: traces may be missing",
    ]
