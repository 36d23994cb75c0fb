"""What is wrong with what a program gave: each place as Pulumi's schema spells it, the consequence, the fix.

It ends the run before anything is made and without a traceback. Values are not repeated: one may be a secret.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pulumi
from pulumi.output import contains_unknowns
from pulumi.provider.experimental.util import camel_case
from pydantic import BaseModel, TypeAdapter, ValidationError

import monitoring
from settings.service.errors import ServiceError, validation_problems

Model = TypeVar("Model", bound=BaseModel)


class WrongInputError(ValueError):
    """`problems` by place."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("\n".join(f"{place}: {problem}" for place, problem in problems.items()))
        self.problems = problems


def known(
    resource: pulumi.Resource, where: str, given: Any, make: Callable[[Any], Any]
) -> pulumi.Output[Any]:
    """What is made of an input, `where` in Pulumi's schema, as soon as all of it is known.

    In a preview that may be never, which is then told.
    """

    def tell(value: Any) -> None:
        if pulumi.runtime.is_dry_run() and contains_unknowns(value):
            pulumi.log.warn(
                f"{where}: some of it is known only when the update is under way, so this preview shows"
                " nothing of what is made of it, or shows as deleted what the update will keep.",
                resource,
            )

    def told(value: Any) -> Any:
        try:
            return make(value)
        except WrongInputError as error:
            raise pulumi.InputPropertiesError("", _details(error.problems)) from None
        except (monitoring.MonitoringError, ServiceError, ValueError, pulumi.RunError) as error:
            raise pulumi.InputPropertiesError("", _details({where: str(error)})) from None

    output: pulumi.Output[Any] = pulumi.Output.from_input(given)
    output.apply(tell, run_with_unknowns=True)
    return output.apply(told)


def judged(where: str, form: Any, text: pulumi.Input[str]) -> pulumi.Output[str]:
    """A text of one form, judged when it is known, which may be after other things were made."""

    def judge(value: str) -> str:
        try:
            TypeAdapter(form).validate_python(value)
        except ValidationError as error:
            said = _plain(error.errors(include_input=False)[0]["msg"])
            raise pulumi.InputPropertiesError("", _details({where: said})) from None
        return value

    return pulumi.Output.from_input(text).apply(judge)


def model_of(model: type[Model], given: Any, where: str) -> Model:
    """What a program gave as this model; `where` is the input's name in Pulumi's schema, empty for all of
    them. Raises `WrongInputError`.
    """
    try:
        return model.model_validate(given, strict=False)
    except ValidationError as error:
        said = {place_of(where, path): problem for path, problem in validation_problems(model, error)}
        raise WrongInputError(said) from None


def place_of(where: str, path: Sequence[int | str]) -> str:
    """`parts.functions[0].timeoutMs`"""
    steps = (f"[{step}]" if isinstance(step, int) else f".{camel_case(step)}" for step in path)
    return f"{where}{''.join(steps)}".removeprefix(".")


def _plain(message: str) -> str:
    return f"{message.removeprefix('Value error, ').removesuffix('.')}. Correct it."


def _details(problems: Mapping[str, str]) -> list[pulumi.InputPropertyErrorDetails]:
    return [{"property_path": place, "reason": problem} for place, problem in problems.items()]
