"""The functions of each operation: that they are there and take what they are called with, and what they
import.

Looks at the text and runs nothing.
"""

import ast
import sys
from collections.abc import Iterator, Mapping

from settings.service.reading import Pipeline, Service

TAKES = {
    "parse": ("request",),
    "reference": ("item",),
    "features": ("item", "reference"),
    "format": ("item", "prediction", "meta"),
    "gather": ("answers", "meta"),
    "to_model": ("instances",),
    "from_model": ("body",),
}


def needed(pipeline: Pipeline) -> list[str]:
    """The functions that an operation cannot do without."""
    return [
        "parse",
        *(["reference"] if pipeline.reference else []),
        *(["features"] if pipeline.model else []),
        "format",
    ]


def function_problems(service: Service) -> Iterator[str]:
    """Every problem of the modules that answer operations, and of those that they import."""
    for path in sorted(service.folder.glob("*.py")):
        shown = f"{service.shown}/{path.name}"
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            yield f"{shown}:{error.lineno}: {error.msg}; the function could not start. Correct it."
            continue
        except (OSError, ValueError):
            yield f"{shown}: it is no text in UTF-8; the function could not start. Save it so."
            continue
        yield from _imports(service, shown, tree)
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        others = assigned(tree)
        pipelines = [p for p in service.pipelines.values() if f"{p.functions}.py" == path.name]
        if pipelines:
            yield from _signatures(shown, functions)
        for name in dict.fromkeys(name for pipeline in pipelines for name in needed(pipeline)):
            if name not in functions and name not in others:
                yield (
                    f"{shown}: no function `{name}`, so no request could be answered. Write"
                    f" `def {name}({', '.join(TAKES[name])})`."
                )
        if pipelines and ("to_model" in functions) != ("from_model" in functions):
            there, missing = (
                ("to_model", "from_model") if "to_model" in functions else ("from_model", "to_model")
            )
            yield (
                f"{shown}:{functions[there].lineno}: `{there}` without `{missing}`, so half of"
                f" what goes to the model"
                f" and back is unknown. Write `def {missing}({', '.join(TAKES[missing])})`."
            )


def _signatures(shown: str, functions: Mapping[str, ast.FunctionDef]) -> Iterator[str]:
    for name, function in functions.items():
        takes, given = TAKES.get(name), function.args
        if takes is None:
            continue
        most = len(given.posonlyargs) + len(given.args)
        least = most - len(given.defaults)
        required = [a for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d is None]
        if required or not least <= len(takes) or not (len(takes) <= most or given.vararg):
            yield (
                f"{shown}:{function.lineno}: `{name}` is called with {len(takes)} arguments"
                f" ({', '.join(takes)}) and"
                f" does not take them, so every request would fail. Write `def {name}({', '.join(takes)})`."
            )


def _imports(service: Service, shown: str, tree: ast.Module) -> Iterator[str]:
    own = {"services", service.name, *(path.stem for path in service.folder.glob("*.py"))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [] if node.level == 1 else ["." if node.level else str(node.module)]
        else:
            continue
        for name in names:
            first = name.split(".")[0]
            own_model = name.split(".")[:3] == ["services", service.name, "model"]
            if name.split(".")[:2] == ["services", service.name] and not own_model:
                continue
            if first not in sys.stdlib_module_names:
                fix = (
                    f"Write `from services.{service.name} import ...`."
                    if first in own and not own_model
                    else ("Do it with Python's own library, or in the model.")
                )
                yield (
                    f"{shown}:{node.lineno}: it imports {name!r}, which the function's package"
                    f" does not hold, so the"
                    f" function could not start. {fix}"
                )


def assigned(tree: ast.Module) -> set[str]:
    """Names that a module takes from elsewhere: imported, or assigned."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found
