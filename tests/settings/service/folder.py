"""A small service that is right, to be spoiled in one place."""

import json
from pathlib import Path
from typing import Any

import yaml

CONTRACT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Shapes", "version": "1"},
    "paths": {
        "/v1/shapes": {
            "post": {
                "operationId": "createShapes",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Shapes"}}},
                },
                "responses": {
                    "200": {
                        "description": "ok",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answers"}}},
                    },
                    "400": {"description": "wrong"},
                },
            }
        },
        "/v1/shapes/{id}": {
            "get": {
                "operationId": "getShape",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "digits", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                ],
                "responses": {
                    "200": {
                        "description": "ok",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
                    },
                    "404": {"description": "unknown"},
                },
            }
        },
    },
    "components": {
        "schemas": {
            "Shapes": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["sides"],
                    "properties": {"sides": {"type": "integer", "minimum": 0, "maximum": 100}},
                },
            },
            "Answers": {
                "type": "object",
                "required": ["shapes"],
                "properties": {"shapes": {"type": "array", "items": {"$ref": "#/components/schemas/Answer"}}},
            },
            "Answer": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "enum": ["square", "other"]},
                    "share": {"type": "number", "minimum": 0, "maximum": 1},
                },
            },
        }
    },
}
DEFINITION: dict[str, Any] = {
    "operations": {
        "createShapes": {"functions": "shapes"},
        "getShape": {"functions": "one", "reference": True, "model": False},
    },
    "probes": [
        {
            "name": "shapes",
            "operation": "createShapes",
            "request": {"body": [{"sides": 4}]},
            "expect": {
                "status": 200,
                "values": [
                    {"pointer": "/shapes/0/name", "equals": "square"},
                    {"pointer": "/shapes/0/share", "equals": 0.9, "tolerance": 0.05},
                ],
            },
        },
        {
            "name": "one",
            "operation": "getShape",
            "request": {"path": {"id": "s1"}, "query": {"digits": 3}},
            "expect": {"values": [{"pointer": "/name", "equals": "other"}]},
            "reference": [{"id": "s1", "name": "other"}],
        },
    ],
}
SHAPES = '''"""Lists of shapes."""


def parse(request):
    return request["body"]


def features(item, reference):
    if item["sides"] == 2:
        raise ValueError("no shape has two sides")
    return {"sides": item["sides"]}


def format(item, prediction, meta):
    return {"name": prediction["label"]}


def gather(answers, meta):
    return {"shapes": answers}
'''
ONE = '''"""A stored shape."""

from services.shapes.shapes import features as _other  # a module of the same service


def parse(request):
    return request["path"]["id"]


def reference(item):
    return item


def features(item, reference):
    return reference


def format(item, prediction, meta):
    return {"name": prediction["name"]}
'''


class Folder:
    """`services/shapes` in a folder of a test's own; each part can be changed before it is written."""

    def __init__(self, root: Path) -> None:
        self.path = root / "services" / "shapes"
        self.contract: dict[str, Any] = json.loads(json.dumps(CONTRACT))
        self.definition: dict[str, Any] = json.loads(json.dumps(DEFINITION))
        self.files = {"shapes.py": SHAPES, "one.py": ONE}

    def write(self) -> Path:
        """The folder, written."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "openapi.yaml").write_text(yaml.safe_dump(self.contract, sort_keys=False))
        (self.path / "service.yaml").write_text(yaml.safe_dump(self.definition, sort_keys=False))
        for name, text in self.files.items():
            (self.path / name).parent.mkdir(exist_ok=True)
            (self.path / name).write_text(text)
        return self.path
