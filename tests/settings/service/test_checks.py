"""Each thing that can be wrong with a service is said with file, line, place, consequence and fix."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from settings import service
from settings.service import ServiceError
from tests.settings.service.folder import Folder

Spoil = Callable[[Folder], object]


def problems(folder: Folder) -> list[str]:
    """What is said of it, with 0 for every line number."""
    try:
        service.checked(folder.write())
    except ServiceError as error:
        return [re.sub(r":\d+: ", ":0: ", problem) for problem in error.problems]
    return []


def test_a_service_that_is_right_is_read(folder: Folder) -> None:
    found = service.checked(folder.write())
    assert found.shown == "services/shapes"
    assert list(found.contract.operations) == ["createShapes", "getShape"]
    assert (found.uses_reference, found.uses_model) == (True, True)


@pytest.mark.parametrize("name", service.names())
def test_every_shipped_service_is_right(name: str) -> None:
    assert service.load(name).name == name


def test_an_item_of_several_may_fail_and_the_probe_is_answered_all_the_same(folder: Folder) -> None:
    folder.definition["probes"][0]["request"]["body"] = [{"sides": 4}, {"sides": 2}]
    assert problems(folder) == []


def at(*keys: str | int) -> Callable[[Folder, Any], None]:
    """Sets what stands there in the contract."""

    def put(folder: Folder, value: Any) -> None:
        part: Any = folder.contract
        for key in keys[:-1]:
            part = part[key]
        if value is None:
            del part[keys[-1]]
        else:
            part[keys[-1]] = value

    return put


POST = ("paths", "/v1/shapes", "post")
GET = ("paths", "/v1/shapes/{id}", "get")
ITEM = ("components", "schemas", "Shapes", "items")
SIDES = (*ITEM, "properties", "sides")
WRONG_CONTRACTS: dict[str, tuple[tuple[str | int, ...], Any, str]] = {
    "3.1": (
        ("openapi",),
        "3.1.0",
        "openapi.yaml:0: openapi: it is no OpenAPI 3.0 document; API Gateway imports",
    ),
    "no paths": (("paths",), {}, "openapi.yaml:0: paths: a mapping belongs here and none is there"),
    "a text for an operation": (POST, "x", "openapi.yaml:0: paths[/v1/shapes].post: a mapping belongs here"),
    "no operationId": ((*POST, "operationId"), None, "post.operationId: every operation has one"),
    "odd operationId": ((*POST, "operationId"), "create-shapes", "post.operationId: every operation has one"),
    "operationId twice": ((*POST, "operationId"), "getShape", "operationId: two operations are 'getShape'"),
    "extension": (("x-amazon-apigateway-policy",), {}, "the program writes API Gateway's extensions itself"),
    "model name": (
        ("components", "schemas", "my_shape"),
        {"type": "object"},
        "components.schemas.my_shape: API Gateway makes a model of it, whose name has letters"
        " and digits only",
    ),
    "segment": (("paths", "/v1/a b"), {"get": {}}, "paths[/v1/a b].get: a mapping belongs here"),
    "exclusiveMinimum": (
        (*SIDES, "exclusiveMinimum"),
        True,
        "sides.exclusiveMinimum: API Gateway does not support",
    ),
    "discriminator": ((*ITEM, "discriminator"), {}, "items.discriminator: API Gateway does not support it"),
    "default": (
        (*SIDES, "default"),
        4,
        "sides.default: API Gateway does not support it, and nothing fills it in",
    ),
    "nullable": (
        (*SIDES, "nullable"),
        True,
        "sides.nullable: API Gateway does not know it and would refuse null",
    ),
    "int32": ((*SIDES, "format"), "int32", "sides.format: API Gateway does not support this format"),
    "const": ((*SIDES, "const"), 4, "sides.const: draft 4, by which API Gateway validates, does not know it"),
    "typo": (
        (*SIDES, "maximun"),
        4,
        "sides.maximun: no keyword of a schema in OpenAPI 3.0. Did you mean `maximum`?",
    ),
    "types": ((*SIDES, "type"), ["integer", "null"], "sides.type: it is none of string, number, integer"),
    "pattern": ((*SIDES, "pattern"), "[", "schema: the pattern '[' is no regular expression"),
    "other file": (
        (*ITEM, "$ref"),
        "a.yaml#/x",
        "items.$ref: API Gateway follows references within the document",
    ),
    "unknown schema": (
        ("components", "schemas", "Answers", "properties", "shapes", "items", "$ref"),
        "#/components/schemas/Anwser",
        "$ref: there is no schema 'Anwser'. Did you mean `Answer`?",
    ),
    "recursion": (
        ("components", "schemas", "Answer", "properties", "name"),
        {"$ref": "#/components/schemas/Answer"},
        "name.$ref: schema 'Answer' contains itself",
    ),
    "unreachable parameter": (
        (*GET, "parameters", 1, "in"),
        "header",
        "parameters[1]: header parameters do not reach the functions",
    ),
    "optional path": (
        (*GET, "parameters", 0, "required"),
        False,
        "parameters[0]: a parameter of the path is always",
    ),
    "undeclared": ((*GET, "parameters", 0, "name"), "ident", "get: the parameter 'id' is declared nowhere"),
    "object in a query": (
        (*GET, "parameters", 1, "schema"),
        {"type": "object"},
        "parameters[1]: its type is none of array, boolean, integer, number, string",
    ),
    "body of a get": (
        (*GET, "requestBody"),
        {"content": {"application/json": {"schema": {"type": "object"}}}},
        "get.requestBody: API Gateway refuses GET requests with a body",
    ),
    "status": ((*GET, "responses", "2XX"), {"description": "x"}, "responses.2XX: a response has a status"),
    "xml": (
        (*GET, "responses", "404", "content"),
        {"text/xml": {}},
        "content[text/xml]: functions answer application/json and nothing else",
    ),
    "text": (
        (*GET, "responses", "404", "content"),
        {"application/json": {"schema": {"type": "string"}}},
        "content[application/json].schema: API Gateway has only objects and lists as answers",
    ),
    "no schema": (
        (*POST, "requestBody", "content", "application/json"),
        {},
        "content[application/json]: it has no `schema`",
    ),
    "method": (
        ("paths", "/v1/shapes", "pots"),
        {},
        "paths[/v1/shapes].pots: API Gateway has no such method. Did",
    ),
}


@pytest.mark.parametrize(("place", "value", "said"), WRONG_CONTRACTS.values(), ids=WRONG_CONTRACTS.keys())
def test_a_contract_that_the_import_would_refuse_is_refused_first(
    folder: Folder, place: tuple[str | int, ...], value: Any, said: str
) -> None:
    at(*place)(folder, value)
    found = problems(folder)
    assert any(said in problem for problem in found), found
    assert all(problem.startswith("services/shapes/openapi.yaml:0: ") for problem in found)


PATHS = {
    "/v1//a": "API Gateway refuses it: what stands between slashes",
    "/v1/a/": "API Gateway refuses it: what stands between slashes",
    "/v1/a b": "API Gateway refuses it: what stands between slashes",
    "/v1/a{x}": "API Gateway refuses it: what stands between slashes",
    "v1": "a path begins with `/`",
    "/ping": "API Gateway keeps this path for its own health check",
    "/v1/shapes/{other}": "{other} stands where another path has {id}",
    "/v2/{all+}/x": "a path ends with {all+}",
}


@pytest.mark.parametrize(("path", "said"), PATHS.items())
def test_a_path_that_api_gateway_does_not_take_is_refused(folder: Folder, path: str, said: str) -> None:
    folder.contract["paths"][path] = {
        "post": {"operationId": "other", "responses": {"200": {"description": "ok"}}}
    }
    found = problems(folder)
    assert any(
        f"paths[{path}]: {said}" in problem or f"paths.{path}: {said}" in problem for problem in found
    ), found


def test_an_api_has_at_most_300_resources(folder: Folder) -> None:
    operation = {"operationId": "x", "responses": {"200": {"description": "ok"}}}
    for number in range(301):
        folder.contract["paths"][f"/v{number}"] = {"post": {**operation, "operationId": f"x{number}"}}
    assert any("resources; API Gateway has at most 300" in problem for problem in problems(folder))


def define(*keys: str | int, value: Any) -> Spoil:
    def put(folder: Folder) -> None:
        part: Any = folder.definition
        for key in keys[:-1]:
            part = part[key]
        part[keys[-1]] = value

    return put


def write(name: str, old: str, new: str) -> Spoil:
    def put(folder: Folder) -> None:
        assert old in folder.files[name]
        folder.files[name] = folder.files[name].replace(old, new)

    return put


P0, P1 = ("probes", 0), ("probes", 1)
WRONG: dict[str, tuple[Spoil, str]] = {
    "unknown key": (
        define("modell", value=True),
        "service.yaml:0: modell: unknown key; it would have no effect. Did",
    ),
    "nested unknown key": (
        define(*P0, "expect", "valeus", value=[]),
        "service.yaml:0: probes[0].expect.valeus: unknown key; it would have no effect. Did you"
        " mean `values`?",
    ),
    "no probe": (define("probes", value=[]), "service.yaml:0: probes: it is empty; at least 1 belongs there"),
    "probe twice": (define(*P1, "name", value="shapes"), "two probes are named 'shapes'"),
    "probe name": (
        define(*P0, "name", value="A b"),
        "probes[0].name: it should be 1 to 32 lower-case letters",
    ),
    "unknown operation": (
        define("operations", "createShape", value={}),
        "service.yaml:0: operations.createShape: the contract has no such operation, so nothing"
        " would call it."
        " Did you mean `createShapes`?",
    ),
    "operation not named": (
        define("operations", value={"getShape": {"functions": "one"}}),
        "service.yaml:0: operations: `createShapes` of the contract is not named, so nothing"
        " would answer it.",
    ),
    "no module": (
        define("operations", "getShape", "functions", value="two"),
        "service.yaml:0: operations.getShape.functions: there is no services/shapes/two.py",
    ),
    "missing function": (
        write("shapes.py", "def features", "def feature"),
        "services/shapes/shapes.py: no function `features`, so no request could be answered. Write"
        " `def features(item, reference)`.",
    ),
    "wrong arity": (
        write("one.py", "def format(item, prediction, meta)", "def format(item, prediction)"),
        "services/shapes/one.py:0: `format` is called with 3 arguments (item, prediction, meta) and does not",
    ),
    "keyword only": (
        write("one.py", "def reference(item)", "def reference(item, *, strict)"),
        "services/shapes/one.py:0: `reference` is called with 1 arguments (item) and does not take them",
    ),
    "half a wire": (
        write("shapes.py", "def parse", "def to_model(instances):\n    return b''\n\n\ndef parse"),
        "services/shapes/shapes.py:0: `to_model` without `from_model`",
    ),
    "import": (
        write("shapes.py", '"""Lists of shapes."""', "import numpy"),
        "services/shapes/shapes.py:0: it imports 'numpy', which the function's package does not hold",
    ),
    "syntax": (
        write("shapes.py", "def parse(request):", "def parse(request)"),
        "services/shapes/shapes.py:0: expected",
    ),
    "fails when imported": (
        write("shapes.py", '"""Lists of shapes."""', "LIMIT = 1 / 0"),
        "services/shapes/shapes.py:0: its functions cannot be imported (ZeroDivisionError: division by zero)",
    ),
    "operation of a probe": (
        define(*P0, "operation", value="createShaps"),
        "probes[0].operation: the contract has no such operation. Did you mean `createShapes`?",
    ),
    "body that does not fit": (
        define(*P0, "request", "body", value=[{"sides": -1}]),
        "probes[0].request: it is answered 400 invalid_request ([0].sides: must be at least 0.)"
        " and 200 is expected",
    ),
    "no body": (
        define(*P0, "request", value={}),
        "probes[0].request: it has no body and the contract wants one",
    ),
    "body of a get": (
        define(*P1, "request", "body", value=1),
        "request.body: the contract gives `getShape` no body",
    ),
    "two bodies": (
        define(*P0, "request", "file", value="x.png"),
        "probes[0].request: `body` and `file` are two bodies",
    ),
    "no file": (
        define(*P0, "request", value={"file": "x.json"}),
        "probes[0].request.file: services/shapes/x.json cannot be read (No such file or directory)",
    ),
    "file elsewhere": (
        define(*P0, "request", value={"file": "../x.json"}),
        "probes[0].request.file: ../x.json is outside of services/shapes",
    ),
    "no base64": (define(*P0, "request", value={"base64": "?"}), "request: `base64` is no base64"),
    "media type": (
        define(*P0, "request", "content_type", value="text/csv"),
        "request.content_type: the contract has no body of text/csv",
    ),
    "no path value": (
        define(*P1, "request", "path", value={}),
        "request.path: /v1/shapes/{id} has a parameter without",
    ),
    "unknown query": (
        define(*P1, "request", "query", value={"digit": 1}),
        "request.query.digit: the contract has no such parameter, so it is not read. Did you mean `digits`?",
    ),
    "query that does not fit": (
        define(*P1, "request", "query", value={"digits": "x"}),
        "it is answered 400 invalid_request (query.digits: must be a whole number.) and 200 is expected",
    ),
    "refused by the functions": (
        write("one.py", 'return request["path"]["id"]', 'raise ValueError("no id has one letter")'),
        "probes[1].request: it is answered 400 invalid_request (no id has one letter) and 200 is expected",
    ),
    "functions that fail": (
        write("one.py", "    return reference\n", '    return reference["size"]\n'),
        "the functions of `getShape` fail on it with KeyError: 'size'; it is answered 500. Correct"
        " services/shapes/one.py:15.",
    ),
    "a list without gather": (
        write("shapes.py", "def gather", "def gathered"),
        "shapes.py:9. `parse` gives a list: where that is a batch, write `def gather(answers, meta)`.",
    ),
    "another answer than is known where no model is asked": (
        define(*P1, "expect", "values", 0, "equals", value="square"),
        'probes[1].expect: the functions of `getShape` answer otherwise (/name: "other", not "square"), so it'
        " always fails. Correct the functions, or `expect.values`.",
    ),
    "a part that the answer lacks where no model is asked": (
        define(*P1, "expect", "values", 0, value={"pointer": "/share", "equals": 1}),
        "the functions of `getShape` answer otherwise (/share: nothing, not 1)",
    ),
    "an answer that does not fit the contract where no model is asked": (
        write("one.py", '{"name": prediction["name"]}', '{"size": prediction["name"]}'),
        "probes[1].expect: the functions of `getShape` answer otherwise (the answer does not fit the",
    ),
    "success where failure is expected and no model is asked": (
        define(*P1, "expect", value={"status": 404}),
        "(HTTP 200), so it always fails. Correct the request, or `expect.status`.",
    ),
    "a format that fails where no model is asked": (
        write("one.py", 'prediction["name"]', 'meta["size"]'),
        "the functions of `getShape` fail on it with KeyError: 'size'; it is answered 500. Correct"
        " services/shapes/one.py:19.",
    ),
    "the model's modules in a function": (
        write("one.py", "from services.shapes.shapes", "from services.shapes.model.predictor"),
        "it imports 'services.shapes.model.predictor', which the function's package does not hold, so the"
        " function could not start. Do it with Python's own library, or in the model.",
    ),
    "a service whose name begins alike": (
        write("one.py", "from services.shapes.shapes", "from services.shapes2.shapes"),
        "it imports 'services.shapes2.shapes', which the function's package does not hold",
    ),
    "another reference": (
        define(*P1, "reference", value=[{"id": "s2"}]),
        "it is answered 404 unknown_reference (no reference item has the id 's1') and 200 is expected",
    ),
    "reference without key": (
        define(*P1, "reference", 0, value={"name": "x"}),
        "reference[0]: it has no `id`",
    ),
    "two items of one id": (
        lambda folder: folder.definition["probes"].append(
            {**folder.definition["probes"][1], "name": "again", "reference": [{"id": "s1", "name": "square"}]}
        ),
        "probes[2].reference[0]: another probe has another item of the id 's1', and the table",
    ),
    "status that the contract has not": (
        define(*P0, "expect", "status", value=418),
        "probes[0].expect.status: the contract has no answer 418 of `createShapes`",
    ),
    "pointer": (
        define(*P0, "expect", "values", 0, "pointer", value="shapes/0"),
        "values[0].pointer: it is no JSON pointer",
    ),
    "impossible pointer": (
        define(*P0, "expect", "values", 0, "pointer", value="/shapes/0/nam"),
        "values[0].pointer: no answer that fits the contract has '/shapes/0/nam'",
    ),
    "impossible value": (
        define(*P0, "expect", "values", 0, "equals", value="circle"),
        "values[0].equals: no answer that fits the contract has this there (must be one of square, other)",
    ),
    "tolerance of a text": (
        define(*P0, "expect", "values", 0, "tolerance", value=0.1),
        "values[0]: `tolerance` is for numbers and `equals` is none",
    ),
    "negative tolerance": (
        define(*P0, "expect", "values", 1, "tolerance", value=-0.1),
        "values[1].tolerance: it should be at least 0",
    ),
}


@pytest.mark.parametrize(("spoil", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_with_its_place_its_consequence_and_its_fix(
    folder: Folder, spoil: Spoil, said: str
) -> None:
    spoil(folder)
    found = problems(folder)
    assert any(said in problem for problem in found), found
    assert all(problem.startswith("services/shapes/") for problem in found)


def test_an_operation_named_with_a_slip_is_told_once(folder: Folder) -> None:
    used = folder.definition["operations"]
    used["createShape"] = used.pop("createShapes")
    (problem,) = problems(folder)
    assert problem.endswith("nothing would call it. Did you mean `createShapes`?")


def test_only_where_parse_gives_a_list_is_gather_recommended(folder: Folder) -> None:
    write("one.py", "    return reference\n", '    return reference["size"]\n')(folder)
    (problem,) = problems(folder)
    assert problem.endswith(" Correct services/shapes/one.py:15.")


def test_an_answer_that_stands_on_items_kept_elsewhere_is_not_judged(folder: Folder) -> None:
    del folder.definition["probes"][1]["reference"]
    define(*P1, "expect", "values", 0, "equals", value="square")(folder)
    assert problems(folder) == []


def test_headers_of_a_known_answer_are_not_judged_here(folder: Folder) -> None:
    header = {"name": "Content-Type", "matches": "application/json.*"}
    define(*P1, "expect", "headers", value=[header])(folder)
    assert problems(folder) == []


def test_a_look_up_without_features_gives_the_reference_item_to_format(folder: Folder) -> None:
    write("one.py", "def features(item, reference):\n    return reference\n", "")(folder)
    write("one.py", "import features as _other", "import parse as _other")(folder)
    assert problems(folder) == []
    define(*P1, "reference", 0, "name", value="square")(folder)
    assert any('(/name: "square", not "other")' in problem for problem in problems(folder))


def test_a_batch_without_a_model_is_answered_whole_unless_an_item_fails(folder: Folder) -> None:
    define("operations", "createShapes", "model", value=False)(folder)
    write("shapes.py", 'prediction["label"]', '"square" if prediction["sides"] == 4 else "other"')(folder)
    define(*P0, "expect", "values", value=[{"pointer": "/shapes/1/name", "equals": "square"}])(folder)
    define(*P0, "request", "body", value=[{"sides": 4}, {"sides": 3}])(folder)
    (problem,) = problems(folder)
    assert '(/shapes/1/name: "other", not "square")' in problem
    define(*P0, "request", "body", value=[{"sides": 2}, {"sides": 3}])(folder)
    assert problems(folder) == []


MODEL = {
    "model/train.py": "def train(directory): ...\n",
    "model/predictor.py": "from services.shapes.model.shared import load\n",
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"model/predictor.py": None},
            "predictor.py: it is missing, so nothing could predict. Write `def load(",
        ),
        ({"model/train.py": None}, "train.py: it is missing, so nothing could be trained. Write `def train("),
        (
            {"model/train.py": "def trian(directory): ..."},
            "train.py: no function `train`, so nothing could be",
        ),
        (
            {"model/predictor.py": "x = 1\ndef load(:"},
            "predictor.py:0: invalid syntax, so nothing could predict.",
        ),
    ],
)
def test_a_model_that_could_not_be_trained_or_loaded_is_told(
    folder: Folder, changed: dict[str, str | None], said: str
) -> None:
    folder.files |= {name: text for name, text in {**MODEL, **changed}.items() if text is not None}
    (problem,) = problems(folder)
    assert problem.startswith(f"services/shapes/model/{said}")


def test_a_models_functions_may_stand_elsewhere_and_where_none_is_asked_it_is_not_looked_at(
    folder: Folder,
) -> None:
    folder.files |= MODEL
    assert problems(folder) == []
    folder.files["model/train.py"] = "no Python"
    assert len(problems(folder)) == 1
    define("operations", "createShapes", value={"functions": "shapes", "model": False})(folder)
    assert not any("model/train.py" in problem for problem in problems(folder))


def test_the_line_is_that_of_the_place(folder: Folder) -> None:
    define(*P1, "expect", "values", 0, "pointer", value="/nam")(folder)
    path = folder.write() / "service.yaml"
    with pytest.raises(ServiceError) as raised:
        service.checked(folder.path)
    (line,) = [
        n
        for n, text in enumerate(path.read_text().splitlines(), 1)
        if "pointer: /nam" in text and "name" not in text
    ]
    assert raised.value.problems[0].startswith(
        f"services/shapes/service.yaml:{line}: probes[1].expect.values[0]"
    )


SAMPLE = '{"operation": "createShapes", "request": {"body": [{"sides": 4}]}, "expect": {"status": 200}}'
WRONG_LINES = {
    "no JSON": ("{", "services/shapes/samples.jsonl:2: it is no JSON"),
    "unknown key": (SAMPLE.replace("expect", "expects"), "samples.jsonl:2: expects: unknown key"),
    "does not fit": (
        SAMPLE.replace("4", '"x"'),
        "samples.jsonl:2: request: it is answered 400 invalid_request",
    ),
    "operation": (
        SAMPLE.replace("createShapes", "x"),
        "samples.jsonl:2: operation: the contract has no such",
    ),
}


@pytest.mark.parametrize(("line", "said"), WRONG_LINES.values(), ids=WRONG_LINES.keys())
def test_a_sample_that_is_wrong_is_named_by_its_line(folder: Folder, line: str, said: str) -> None:
    (folder.write() / "samples.jsonl").write_text(f"{SAMPLE}\n{line}\n", encoding="utf-8")
    with pytest.raises(ServiceError) as raised:
        service.checked(folder.path)
    assert said in raised.value.problems[0]


def test_a_reference_item_without_its_key_is_named_by_its_line(folder: Folder) -> None:
    (folder.write() / "reference.jsonl").write_text('{"id": "a"}\n{"ID": "b"}\n', encoding="utf-8")
    with pytest.raises(ServiceError, match=r"^services/shapes/reference.jsonl:2: it has no `id`"):
        service.checked(folder.path)


FILES = {
    "missing": (None, "services/shapes/openapi.yaml: it cannot be read (No such file or directory)"),
    "no YAML": ("paths: [", "services/shapes/openapi.yaml:1: "),
    "twice": ("openapi: 3.0.3\nopenapi: 3.0.3", "services/shapes/openapi.yaml:2: 'openapi' is there twice"),
    "a list": ("[]", "services/shapes/openapi.yaml:1: openapi: it is no OpenAPI 3.0 document"),
}


@pytest.mark.parametrize(("text", "said"), FILES.values(), ids=FILES.keys())
def test_a_contract_that_cannot_be_read_is_told_apart(folder: Folder, text: str | None, said: str) -> None:
    path = folder.write() / "openapi.yaml"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(ServiceError) as raised:
        service.checked(folder.path)
    assert raised.value.problems[0].startswith(said)


def test_a_service_that_is_not_there_is_told_with_those_that_are(folder: Folder) -> None:
    folder.write()
    with pytest.raises(
        ServiceError, match=r"no services/shape/service.yaml, so no such service. Did you mean `shapes`\?$"
    ):
        service.load("shape", folder.path.parent)
