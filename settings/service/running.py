"""A service's operations as the inference function has them, from its folder instead of a package."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from handlers.inference.operations import Operations, assembled
from settings.service.errors import ServiceError
from settings.service.package import checks, current
from settings.service.reading import Service

PACKAGE = "services"


def operations(service: Service) -> Operations:
    """Runs the service's modules, each anew. Raises `ServiceError` when one cannot be imported."""
    generated: dict[str, Any] = {}
    exec(checks(service), generated)  # noqa: S102  # code that was generated
    with _importable(service):
        try:
            return assembled(current(service), generated)
        except Exception as error:  # noqa: BLE001  # whatever a service's module does when it is imported
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            at = place(service, error)
            raise ServiceError(
                [
                    f"{at}: its functions cannot be imported ({said}), so the function could not"
                    f" start. Correct it."
                ]
            ) from None


@contextmanager
def _importable(service: Service) -> Iterator[None]:
    """`services` is the folder that this service stands in, whatever was imported before; after it, too."""
    before = {name: sys.modules.pop(name) for name in _ours()}
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    package = ModuleType(PACKAGE)
    package.__path__ = [str(service.folder.parent)]
    sys.modules[PACKAGE] = package
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        for name in _ours():
            del sys.modules[name]
        sys.modules.update(before)


def _ours() -> list[str]:
    return [name for name in sys.modules if name == PACKAGE or name.startswith(f"{PACKAGE}.")]


def place(service: Service, error: BaseException) -> str:
    """The last line of the service's own files that led to the error."""
    found, trace = service.shown, error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(str(service.folder)):
            found = f"{service.shown}{file.removeprefix(str(service.folder))}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
