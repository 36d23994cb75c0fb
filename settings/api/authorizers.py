"""Who checks the token of an operation that the contract does not have signed."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.forms import Section, form

UserPoolArn = Annotated[
    str,
    form(
        r"arn:aws:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+_[0-9a-zA-Z]+",
        "it should be a Cognito user pool's ARN, like"
        " arn:aws:cognito-idp:eu-central-1:111111111111:userpool/eu-central-1_Ab1; API Gateway refuses"
        " others",
    ),
    Field(examples=["arn:aws:cognito-idp:eu-central-1:111111111111:userpool/eu-central-1_Ab1"]),
]
FunctionArn = Annotated[
    str,
    form(
        r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w-]+)?",
        "it should be a function's ARN, with or without version or alias, like"
        " arn:aws:lambda:eu-central-1:111111111111:function:authorizer:live; API Gateway invokes no other",
    ),
    Field(examples=["arn:aws:lambda:eu-central-1:111111111111:function:authorizer:live"]),
]
Identity = Annotated[
    str,
    form(
        r"(header|querystring)\.[\w-]+|context\.[\w.]+",
        "it should be where a request tells who it is from, like header.Authorization, querystring.token or"
        " context.identity.sourceIp; API Gateway reads nothing else",
    ),
]
MAX_CACHE_S = 3600  # authorizerResultTtlInSeconds, CreateAuthorizer


class Authorizer(Section):
    """Cognito user pools, or a Lambda function that gets the token or (`type: request`) the whole request.

    `identity` is what must be there before the function is asked, and what its answer is remembered by for
    `cache_s`; by default the header of the contract's security scheme.
    """

    user_pools: tuple[UserPoolArn, ...] = ()
    function: FunctionArn | None = None
    type: Literal["token", "request"] = "token"
    identity: tuple[Identity, ...] = ()
    cache_s: Annotated[int, Field(ge=0, le=MAX_CACHE_S)] = 300

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if bool(self.user_pools) == bool(self.function):
            raise ValueError(
                "it names both `user_pools` and a `function`, or neither, and API Gateway asks exactly one;"
                " name one of the two"
            )
        if self.identity and self.type == "token":
            raise ValueError(
                "`identity` is for a function of `type: request`; a token comes in the header that the"
                " contract's security scheme names. Remove it, or set `type: request`"
            )
        return self
