"""The name customers call the API by."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.forms import Section, form

DomainName = Annotated[
    str,
    form(
        r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
        "it should be one full name in lower case without scheme, path or wildcard, like api.example.com; API"
        " Gateway refuses others, and the canary calls exactly this one",
    ),
    Field(examples=["api.example.com"]),
]
CertificateArn = Annotated[
    str,
    form(
        r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}",
        "it should be the ARN of a certificate of ACM, like"
        " arn:aws:acm:eu-central-1:111111111111:certificate/11111111-2222-3333-4444-555555555555; API Gateway"
        " takes no other",
    ),
    Field(
        examples=["arn:aws:acm:eu-central-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"]
    ),
]
HostedZoneId = Annotated[
    str,
    form(
        r"Z[A-Z0-9]{1,31}",
        "it should be the id of a public hosted zone of Route 53, like Z0123456789ABCDEFGHIJ; without the"
        " zone the name would lead nowhere",
    ),
    Field(examples=["Z0123456789ABCDEFGHIJ"]),
]


class Domain(Section):
    """A regional custom domain name with TLS 1.2 and later, and where its DNS is kept, if in this account.

    `default_endpoint: false` refuses whoever still calls API Gateway's own address.
    """

    name: DomainName
    certificate: CertificateArn
    hosted_zone: HostedZoneId | None = None
    default_endpoint: bool = True

    @model_validator(mode="after")
    def _is_no_address_of_aws(self) -> Self:
        if self.name.endswith(".amazonaws.com"):
            raise ValueError("names below amazonaws.com are AWS's own; give one of your own")
        return self
