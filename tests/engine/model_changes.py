"""Changes of the model: what makes another endpoint, and what goes over to the new model in place.

Models and endpoint configurations are retained, so a replaced one is made and none is deleted.
"""

from tests.engine.row import DASHBOARD, INFERENCE, Row, Step, settings
from tests.engine.stacks import BASE, IMAGE

GOES_OVER = ["Create Model", "Create EndpointConfiguration", "Update Endpoint"]
SWITCHED = ["Create Endpoint", "Update Function", "Update Alias", "Delete Endpoint"]


def endpoint(kind: str, *, scaled: bool = True, called: bool = True) -> str:
    """What carries the name of an endpoint of this kind: its own, and that the function may call it."""
    classes = {"Endpoint": "endpoint", "LogGroup": "logs", "RolePolicy": "logs-policy"}
    if scaled:
        classes |= {"Target": "scaling", "Policy": "scaling-policy"}
    own = [f"{name} model-{kind}-{part}" for name, part in classes.items()]
    return ", ".join([*own, *([f"RolePolicy inference-{BASE}-model-{kind}-policy"] if called else [])])


PAGES = "CompositeAlarm alarms-page-capacity-critical, CompositeAlarm alarms-page-capacity-warn"
# What SageMaker measures of instances alone, and of any endpoint.
OF_INSTANCES = ", ".join(
    f"MetricAlarm alarms-endpoint-{what}-{level}"
    for what in ("cpu", "disk", "memory")
    for level in ("critical", "warn")
)
OF_ANY = ", ".join(
    f"MetricAlarm alarms-endpoint-{what}" for what in ("?xx-*", "invocations-*", "*latency-*", "silent")
)


ROWS = (
    Row(
        what="another image is another model, and the endpoint goes over to it",
        do=settings(model={"image": f"{IMAGE}{'1' * 64}"}),
        effects={"replaced": "Model *, EndpointConfiguration *", "updated": "Endpoint *"},
        calls=GOES_OVER,
    ),
    Row(
        what="an image of another registry may be pulled, and the stack's own repository stays",
        do=settings(
            model={"image": f"333333333333.dkr.ecr.eu-west-1.amazonaws.com/shared@sha256:{'1' * 64}"}
        ),
        effects={
            "replaced": "Model *, EndpointConfiguration *",
            "updated": "Endpoint *, RolePolicy model-policy",
        },
        calls=GOES_OVER,
    ),
    Row(
        what="data capture is another configuration of the same model",
        do=settings(model={"data_capture": {"s3_uri": "s3://captures-of-ours/dev"}}),
        effects={"replaced": "EndpointConfiguration *", "updated": "Endpoint *, RolePolicy model-policy"},
        calls=GOES_OVER[1:],
    ),
    Row(
        what="more room to scale is set in place",
        aside="in place",
        do=settings(model={"instances": {"max": 6, "invocations_per_minute": 2000}}),
        effects={"updated": "Target *, Policy *"},
    ),
    Row(
        what="more instances at once are another configuration of the same model",
        do=settings(model={"instances": {"min": 3}}),
        effects={"replaced": "EndpointConfiguration *", "updated": "Endpoint *, Target *"},
        calls=GOES_OVER[1:],
    ),
    Row(
        what="without an image there is no endpoint, and its repository stays",
        do=settings(model={"image": None}),
        effects={
            "deleted": "Model *, EndpointConfiguration *, Role model-role, RolePolicy model-policy,"
            f" {endpoint('c6i-large', called=False)}"
        },
        calls=["Delete Endpoint"],
    ),
    Row(
        what="with nothing to scale between there is no scalable target",
        do=settings(model={"instances": {"max": 2}}),
        effects={"deleted": "Target *, Policy *"},
        back={"created": "Target model-c6i-large-scaling, Policy model-c6i-large-scaling-policy"},
    ),
    Row(
        what="another instance type is another endpoint; the function is switched before the old one goes",
        do=settings(model={"instances": {"type": "ml.c6i.xlarge"}}),
        effects={
            "created": endpoint("c6i-xlarge"),
            "deleted": endpoint("c6i-large"),
            "replaced": "Model *, EndpointConfiguration *",
            "updated": f"{INFERENCE}, {OF_ANY}, {OF_INSTANCES}, {DASHBOARD}",
        },
        then={"updated": DASHBOARD},
        calls=SWITCHED,
    ),
    Row(
        what="serverless is another endpoint, and so are instances again",
        do=settings(model={"instances": None, "serverless": {}}),
        effects={
            "created": endpoint("serverless", scaled=False),
            "deleted": f"{endpoint('c6i-large')}, {OF_INSTANCES}",
            "replaced": "Model *, EndpointConfiguration *",
            "updated": f"{INFERENCE}, {OF_ANY}, {PAGES}, {DASHBOARD}",
        },
        then={"updated": DASHBOARD},
        more=[
            Step(
                settings(model={"serverless": {"memory_mb": 4096, "max_concurrency": 30}}),
                {"replaced": "EndpointConfiguration *", "updated": "Endpoint *"},
            )
        ],
        back={
            "created": f"{endpoint('c6i-large')}, {OF_INSTANCES}",
            "deleted": endpoint("serverless", scaled=False),
            "replaced": "Model *, EndpointConfiguration *",
            "updated": f"{INFERENCE}, {OF_ANY}, {PAGES}, {DASHBOARD}",
        },
        calls=SWITCHED,
    ),
)
