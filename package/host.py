"""The package as Pulumi serves it: what its analyzer makes of the components, and what that leaves out."""

import json
from typing import Any

import pulumi
from pulumi.provider.experimental.analyzer import PropertyDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.util import camel_case

from package.inputs import models
from settings.service.errors import did_you_mean


class Package(ComponentProvider):
    """The components by the schema that Pulumi infers, with defaults and secrets, which annotations cannot
    say; inputs that it does not have are refused.
    """

    def __init__(
        self, components: list[type[pulumi.ComponentResource]], name: str, version: str, said: dict[str, Any]
    ) -> None:
        """`said` is what a component's inputs are besides, by component, by input as the schema spells it."""
        super().__init__(components, name, version=version)
        schema = json.loads(self.schema or "")
        for component, inputs in said.items():
            properties = schema["resources"][f"{name}:index:{component}"]["inputProperties"]
            for key, more in inputs.items():
                properties[key] |= more
        for model in models():
            properties = schema["types"][f"{name}:index:{model.__name__}"]["properties"]
            for key, field in model.model_fields.items():
                if not field.is_required() and isinstance(field.default, str | int | float):
                    properties[camel_case(key)]["description"] = f"{json.dumps(field.default)} unless given."
        self.schema = json.dumps(schema)

    def map_input_properties(
        self,
        inputs: Any,
        properties: dict[str, PropertyDefinition],
        mapping: dict[str, str],
        component_name: str,
        property_path: str,
    ) -> Any:
        """As Pulumi does it; raises `InputPropertyError` also for what it would drop or mistake."""
        for name, value in inputs.items() if isinstance(inputs, dict) else ():
            place = f"{property_path}.{name}" if property_path else name
            if name not in properties:
                raise pulumi.InputPropertyError(
                    place, f"unknown input; it would have no effect. {did_you_mean(name, properties)}"
                )
            if properties[name].plain and isinstance(value, pulumi.Output):
                raise pulumi.InputPropertyError(
                    place,
                    "it is known only later, or a secret as a whole. Texts in it may be; what it is made of,"
                    " numbers and truth values have to be there from the beginning. Give them plainly.",
                )
        return super().map_input_properties(inputs, properties, mapping, component_name, property_path)
