"""A service's folder -> `Service`: what stands in its files, each read with its lines."""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from settings.probes.definition import Example
from settings.service.contract import Contract, Operation
from settings.service.definition import Definition, Use
from settings.service.errors import NoServiceError, ServiceError, did_you_mean, validation_problems
from settings.service.source import Source, dotted

DEFINITION, CONTRACT, SAMPLES, REFERENCE = "service.yaml", "openapi.yaml", "samples.jsonl", "reference.jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """What an operation uses: the module of its functions, reference data, a model."""

    functions: str
    reference: bool
    model: bool


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service as its folder describes it."""

    name: str
    folder: Path
    source: Source
    definition: Definition
    contract: Contract

    @property
    def shown(self) -> str:
        """How messages call the folder: `services/wine`."""
        return f"{self.folder.parent.name}/{self.name}"

    @cached_property
    def pipelines(self) -> Mapping[str, Pipeline]:
        """By `operationId`; the only operation of a contract needs no entry in `operations`."""
        only = list(self.contract.operations)
        uses = self.definition.operations or ({only[0]: Use()} if len(only) == 1 else {})
        return {
            name: Pipeline(
                functions=use.functions,
                reference=self.definition.reference if use.reference is None else use.reference,
                model=self.definition.model if use.model is None else use.model,
            )
            for name, use in uses.items()
        }

    @property
    def uses_reference(self) -> bool:
        """Whether any operation looks reference data up."""
        return any(pipeline.reference for pipeline in self.pipelines.values())

    @property
    def uses_model(self) -> bool:
        """Whether any operation asks a model."""
        return any(pipeline.model for pipeline in self.pipelines.values())

    @property
    def reads_in_batches(self) -> bool:
        """Whether an operation with reference data answers lists: its functions have a `gather`."""
        return any(
            pipeline.reference and "gather" in functions_of(self.folder / f"{pipeline.functions}.py")
            for pipeline in self.pipelines.values()
        )

    def operation(self, example: Example) -> Operation:
        """The operation that a probe or sample is a request of."""
        return self.contract.operations[example.operation]

    def samples(self, artefact: Path | None = None) -> list[tuple[str, Example]]:
        """Place and content of each line of `samples.jsonl`, of the folder or else of the model's artefact.

        Raises `ServiceError`.
        """
        found, problems = [], []
        for place, data in self._lines(SAMPLES, artefact):
            try:
                found.append((place, Example.model_validate_json(json.dumps(data))))
            except ValidationError as error:
                problems += [
                    f"{place}: {dotted(key)}: {said}" for key, said in validation_problems(Example, error)
                ]
        if problems:
            raise ServiceError(problems)
        return found

    def reference_items(self, artefact: Path | None = None) -> list[tuple[str, dict[str, Any]]]:
        """Place and content of each line of `reference.jsonl`, found likewise. Raises `ServiceError`."""
        found = list(self._lines(REFERENCE, artefact))
        problems = [f"{place}: {problem}" for place, item in found if (problem := no_item(item))]
        if problems:
            raise ServiceError(problems)
        return found

    def _lines(self, name: str, artefact: Path | None) -> Iterator[tuple[str, Any]]:
        path = self.folder / name
        if artefact is not None and not path.exists():
            path = artefact / name
        if not path.exists():
            return
        shown = f"{self.shown}/{name}" if path.parent == self.folder else str(path)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ServiceError([f"{shown}: it is no text in UTF-8 that can be read. Save it so."]) from None
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                try:
                    yield f"{shown}:{number}", json.loads(line)
                except (ValueError, RecursionError):
                    problem = "it is no JSON, so nothing of the file was used. Write one object a line."
                    raise ServiceError([f"{shown}:{number}: {problem}"]) from None


def read(folder: Path) -> Service:
    """What stands in the folder, not yet checked. Raises `ServiceError` when it cannot be read."""
    shown = f"{folder.parent.name}/{folder.name}"
    if not (folder / DEFINITION).is_file():
        others = [path.parent.name for path in folder.parent.glob(f"*/{DEFINITION}")]
        problem = f"there is no {shown}/{DEFINITION}, so no such service. {did_you_mean(folder.name, others)}"
        raise NoServiceError([problem])
    source = Source(folder / DEFINITION, f"{shown}/{DEFINITION}")
    try:
        definition = Definition.model_validate_json(json.dumps(source.data))
    except ValidationError as error:
        raise ServiceError(
            [f"{source.at(key)}: {said}" for key, said in validation_problems(Definition, error)]
        ) from None
    contract = Contract(Source(folder / CONTRACT, f"{shown}/{CONTRACT}"))
    return Service(name=folder.name, folder=folder, source=source, definition=definition, contract=contract)


def functions_of(path: Path) -> dict[str, ast.FunctionDef]:
    """The functions of a module, by name, without running it. Raises SyntaxError."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def no_item(item: object) -> str:
    """What keeps something from being an item of the reference data, if anything."""
    key = item.get("id") if isinstance(item, Mapping) else None
    if isinstance(key, str) and key:
        return ""
    return "it has no `id`, the table's key, which is text; it could not be stored. Give it one."
