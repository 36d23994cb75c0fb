"""The quotas of an AWS account and region that end in an outage, and what AWS does not tell of them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.forms import Section, Text, form

# Requests a second ("Quotas for configuring and running a REST API", API Gateway developer guide).
THROTTLE_PER_S = 10_000
LOW_THROTTLE_PER_S = 2_500
LOW_THROTTLE = (
    *("af-south-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7"),
    *("ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2"),
    *("il-central-1", "me-central-1", "mx-central-1"),
)
OTHERS = 9  # one alarm reads ten metrics, and one of them is the service's own API

InstanceType = Annotated[
    str,
    form(
        r"ml\.[a-z0-9-]+\.(medium|large|\d*xlarge)",
        "it should be a type that SageMaker's endpoints run on, like ml.c6i.large; AWS knows no other",
    ),
    Field(examples=["ml.c6i.large"]),
]


class Quotas(Section):
    """Usage of the account's quotas as KPIs, for one stack an account and region: they are the account's, and
    two stacks that watch them page twice.

    Lambda's concurrency and SageMaker's instances, and their quotas, are AWS's to tell. Of API Gateway's
    throttle AWS tells neither: `api_requests_per_s` is the quota (the region's default, unless AWS raised
    it), `other_rest_apis` are the names and `other_http_apis` the ids of the APIs that share it with the
    service's. `instance_types` are further types that endpoints of the account run on.
    """

    watch: bool = False
    api_requests_per_s: Annotated[float, Field(gt=0)] | None = None
    other_rest_apis: tuple[Text, ...] = ()
    other_http_apis: tuple[Text, ...] = ()
    instance_types: tuple[InstanceType, ...] = ()

    @model_validator(mode="after")
    def _others_can_be_watched(self) -> Self:
        others = len(self.other_rest_apis) + len(self.other_http_apis)
        if others > OTHERS:
            raise ValueError(
                f"{others} other APIs, and one alarm can add up {OTHERS} to the service's own; CloudWatch"
                f" would refuse it. Name the {OTHERS} with most traffic"
            )
        if not self.watch and any(value for _, value in self):
            raise ValueError("nothing here has an effect without `watch: true`; set it, or remove the rest")
        return self

    def throttle_per_s(self, region: str) -> float:
        """API Gateway's throttle for the whole account."""
        return self.api_requests_per_s or (LOW_THROTTLE_PER_S if region in LOW_THROTTLE else THROTTLE_PER_S)
