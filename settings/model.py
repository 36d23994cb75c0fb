"""The model's endpoint: its image, and instances or serverless."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from settings.forms import Section, Text, form
from settings.kpis.quotas import InstanceType

UNUSUAL_CORES = {"t2.medium": 2, "c4.8xlarge": 36}
PLACEHOLDER = re.compile(r".*[<>…].*|.*@sha256:0{64}|(?i:.*(placeholder|replace.?me|change.?me|todo).*|)")


class Instances(Section):
    """Always-on endpoint instances. At least two, so that SageMaker spreads them over zones."""

    type: InstanceType = "ml.c6i.large"
    min: Annotated[int, Field(ge=2)] = 2
    max: Annotated[int, Field(ge=2)] = 4
    invocations_per_minute: Annotated[int, Field(ge=1)] = 3000
    gpus: Annotated[int, Field(ge=0)] = 0

    @property
    def cores(self) -> int:
        """VCPUs of one instance: 1 in a medium, 2 in a large, 4 in an xlarge, 4 N in an Nxlarge, as EC2 has
        it, but for the types of `UNUSUAL_CORES`.
        """
        kind, size = self.type.removeprefix("ml.").split(".")
        usual = {"medium": 1, "large": 2}
        return UNUSUAL_CORES.get(f"{kind}.{size}") or usual.get(size) or 4 * int(size[: -len("xlarge")] or 1)

    @model_validator(mode="after")
    def _max_is_not_below_min(self) -> Self:
        if self.max < self.min:
            raise ValueError(f"max ({self.max}) is below min ({self.min}); raise max or lower min")
        return self


class Serverless(Section):
    """A serverless endpoint: nothing to pay at rest, cold starts on the first calls."""

    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = 2048
    max_concurrency: Annotated[int, Field(ge=1, le=200)] = 20


class DataCapture(Section):
    """Keeps a share of requests and answers in S3 for drift analysis, in a bucket of the service account."""

    s3_uri: Annotated[
        str,
        form(
            r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/\S*)?",
            "it should name a bucket, like s3://my-bucket/captures; SageMaker refuses the endpoint otherwise",
        ),
        Field(examples=["s3://my-bucket/captures"]),
    ]
    sampling_pct: Annotated[int, Field(ge=1, le=100)] = 10


class Model(Section):
    """The SageMaker endpoint: an ECR image on instances or serverless, or an `endpoint` that exists.

    A placeholder for the image (`<...>`, or a digest of zeros) can be previewed and not deployed. `variant`
    is the one of an endpoint that exists, whose metrics are watched.
    """

    image: (
        Annotated[
            str,
            form(
                rf"{PLACEHOLDER.pattern}|[\w.-]+(:\d+)?(/[\w.-]+)+(:[\w][\w.-]*|@sha256:[0-9a-f]{{64}})",
                "it should be <registry>/<repository> with :<tag> or @sha256:<digest>, as `python -m"
                " model.push` prints it; SageMaker could not pull it",
            ),
            Field(examples=["111111111111.dkr.ecr.eu-central-1.amazonaws.com/inference-dev-model:1"]),
        ]
        | None
    ) = None
    endpoint: (
        Annotated[
            str,
            form(
                r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
                "it should be an endpoint's name, 1 to 63 letters, digits and hyphens; SageMaker"
                " has no other",
            ),
            Field(examples=["scoring-prod"]),
        ]
        | None
    ) = None
    variant: Text = "AllTraffic"
    instances: Instances | None = None
    serverless: Serverless | None = None
    data_capture: DataCapture | None = None

    @property
    def kind(self) -> str:
        """What an endpoint is named after: the kind or the instance type, which no update can change."""
        return self.instances.type.removeprefix("ml.").replace(".", "-") if self.instances else "serverless"

    @model_validator(mode="before")
    @classmethod
    def _serverless_unless_told_otherwise(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and values.keys().isdisjoint({"instances", "serverless", "endpoint"}):
            return {**values, "serverless": {}}
        return values

    @property
    def image_is_placeholder(self) -> bool:
        """Whether what stands for the image is none yet."""
        return self.image is not None and PLACEHOLDER.fullmatch(self.image) is not None

    @model_validator(mode="after")
    def _one_way_to_run(self) -> Self:
        if self.endpoint is not None:
            if self.image or self.instances or self.serverless or self.data_capture:
                raise ValueError(
                    "`endpoint` names one that exists, of which nothing is made; remove `image`, `instances`,"
                    " `serverless` and `data_capture`, or `endpoint`"
                )
            return self
        if (self.instances is None) == (self.serverless is None):
            raise ValueError("set exactly one of `instances` and `serverless`")
        if self.serverless and self.data_capture:
            raise ValueError("`data_capture` needs `instances`; SageMaker does not offer it for serverless")
        return self
