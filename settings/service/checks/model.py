"""The model's two files and their functions.

Looks at the text and runs nothing: what training installs is not needed to check a service.
"""

import ast
from collections.abc import Iterator

from settings.service.checks.functions import assigned
from settings.service.reading import Service

MODEL = "model"
FILES = {"train.py": ("train", "nothing could be trained"), "predictor.py": ("load", "nothing could predict")}


def model_problems(service: Service) -> Iterator[str]:
    """Every problem of `model/`; it may be missing as a whole where the model exists elsewhere."""
    folder = service.folder / MODEL
    if not (service.uses_model and folder.is_dir()):
        return
    for name, (function, consequence) in FILES.items():
        shown, fix = f"{service.shown}/{MODEL}/{name}", f"Write `def {function}(directory)`."
        try:
            tree = ast.parse((folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            yield f"{shown}: it is missing, so {consequence}. {fix}"
        except SyntaxError as error:
            yield f"{shown}:{error.lineno}: {error.msg}, so {consequence}. Correct it."
        except (OSError, ValueError):
            yield f"{shown}: it is no text in UTF-8, so {consequence}. Save it so."
        else:
            defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            if function not in defined | assigned(tree):
                yield f"{shown}: no function `{function}`, so {consequence}. {fix}"
