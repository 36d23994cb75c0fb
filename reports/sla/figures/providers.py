"""What AWS promises for the services that a prediction passes through, each with its page.

The formula is the same on all four pages: a month's uptime is the mean of the availability of its five-minute
intervals, and an interval without requests counts 100 %. What is a request and an error differs. `read` says
what was read: AWS changes these pages, so compare before a claim.
"""

from dataclasses import dataclass

TIERS = ((99.0, 10), (95.0, 25), (0.0, 100))  # at least this uptime: so many percent of the month's charge
INTERVAL_MINUTES = 5
CLAIM_MONTHS = 2  # "by the end of the second billing cycle after which the incident occurred"


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """One service of AWS. `key` is the evidence's `provider`; `errors_are` what the page counts as an error.

    `bound` says why the evidence counts at least as many.
    """

    key: str
    name: str
    promised_pct: float
    page: str
    read: str
    errors_are: str
    bound: str


PROVIDERS = (
    Provider(
        key="apigateway",
        name="Amazon API Gateway",
        promised_pct=99.95,
        page="https://aws.amazon.com/api-gateway/sla/",
        read="AWS's translated page, last updated 5 May 2022",
        errors_are="requests that fail because of an internal service error of API Gateway",
        bound="the 5XX that did not come from the function; without an access log every 5XX of the stage",
    ),
    Provider(
        key="lambda",
        name="AWS Lambda",
        promised_pct=99.95,
        page="https://aws.amazon.com/lambda/sla/",
        read="its definitions as quoted in 2018; Amazon's own page for its regions in China, 2021",
        errors_are="invocations that return 500 or 503",
        bound="the metric Errors, which is the function's own exceptions and timeouts too",
    ),
    Provider(
        key="sagemaker",
        name="Amazon SageMaker (online inference)",
        promised_pct=99.95,
        page="https://aws.amazon.com/sagemaker/sla/",
        read="Amazon's own page for its regions in China, 17 May 2022; endpoints of two instances or more",
        errors_are="InvokeEndpoint calls that return 500 or 503",
        bound="Invocation5XXErrors, which has the model's own errors in it",
    ),
    Provider(
        key="dynamodb",
        name="Amazon DynamoDB",
        promised_pct=99.99,
        page="https://aws.amazon.com/dynamodb/sla/",
        read="second hand (2022); the standard SLA, not that of global tables",
        errors_are="requests that return 500 or 503",
        bound="SystemErrors of the one operation that predictions use",
    ),
)
