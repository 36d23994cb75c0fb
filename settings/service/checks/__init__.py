"""All that is wrong with a service, one line each: file and place, consequence, fix.

What later checks stand on is checked first: examples are not judged by a contract that cannot be read.
"""

from collections.abc import Iterator

from settings.service.checks.contract import contract_problems
from settings.service.checks.examples import example_problems
from settings.service.checks.functions import function_problems
from settings.service.checks.model import model_problems
from settings.service.checks.operations import operation_problems
from settings.service.reading import Service

__all__ = ["problems_of"]


def problems_of(service: Service) -> Iterator[str]:
    """Nothing of a service that can be deployed."""
    for check in (contract_problems, operation_problems, function_problems, model_problems, example_problems):
        found = list(check(service))
        yield from found
        if found:
            return
