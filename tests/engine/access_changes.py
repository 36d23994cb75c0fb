"""Changes of the name that customers call, and of who judges their tokens."""

from tests.engine.cloud import Fault
from tests.engine.project import Project
from tests.engine.row import INFERENCE, Row, Step, both, settings
from tests.engine.service_changes import LET_IN
from tests.engine.stacks import ACCOUNTS, CERTIFICATE, REGION

CALLS = {"updated": "Function canary-function, Alias canary-alias"}  # the canary, another address
JUDGE = f"arn:aws:lambda:{REGION}:{ACCOUNTS['service']}:function:judge"
OPERATION = """
  /v1/lots:
    get:
      operationId: listLots
      security: [{partner: []}]
      responses: {"200": {description: The lots.}}
components:
  securitySchemes:
    partner: {type: http, scheme: bearer}
"""
LOTS = '''"""Answers without a model."""


def parse(request):
    return {}


def format(item, prediction, meta):
    return {}
'''


def with_tokens(project: Project) -> None:
    """Another operation of the service, for whoever has a token."""
    project.edit("services/wine/openapi.yaml", "\ncomponents:\n  securitySchemes:\n", OPERATION)
    mine = "  createPrediction: {functions: functions}\n"
    theirs = "  listLots: {functions: lots, reference: false, model: false}\n"
    project.edit("services/wine/service.yaml", mine, mine + theirs)
    project.write("services/wine/lots.py", LOTS)


ROWS = (
    Row(
        what="a name of one's own is put before the stage, and the canary calls it",
        aside="around",
        do=settings(
            api={
                "domain": {
                    "name": "api.example.com",
                    "certificate": CERTIFICATE,
                    "hosted_zone": "Z0123456789ABC",
                }
            }
        ),
        fault=Fault(method="Create", kind="DomainName", message="NotFoundException: no such certificate"),
        effects={
            "created": "DomainName api-domain-name, BasePathMapping api-domain-mapping,"
            " Record api-domain-record"
        },
        then=CALLS,
        more=[
            Step(  # a new certificate in place, and whoever keeps the name's DNS from now on
                settings(api={"domain": {"certificate": CERTIFICATE[:-1] + "6", "hosted_zone": None}}),
                {"updated": "DomainName api-domain-name", "deleted": "Record api-domain-record"},
            ),
            Step(
                settings(api={"domain": {"name": "wine.example.com"}}),
                {"replaced": "DomainName api-domain-name, BasePathMapping api-domain-mapping"},
            ),
            Step(
                settings(api={"domain": None}),
                {"deleted": "DomainName api-domain-name, BasePathMapping api-domain-mapping"},
                CALLS,
            ),
        ],
    ),
    Row(
        what="tokens are judged by a function, which the API may call, or by another one",
        do=both(with_tokens, settings(api={"authorizers": {"partner": {"function": JUDGE}}})),
        effects={
            "created": "Permission api-authorize-partner, Permission api-invoke-listLots",
            "updated": f"{LET_IN}, {INFERENCE}",
            "replaced": "Deployment api-deployment",
        },
        more=[
            Step(
                settings(api={"authorizers": {"partner": {"function": f"{JUDGE}-2", "cache_s": 0}}}),
                {
                    "updated": LET_IN,
                    "replaced": "Deployment api-deployment, Permission api-authorize-partner",
                },
            )
        ],
    ),
)
