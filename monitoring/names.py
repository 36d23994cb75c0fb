"""What things are called that one stack makes and another asks for, and where people look at them."""

NAMESPACE = "InferenceWatch"  # of the metrics that the canary and the usage reporter publish
ALIAS = "live"  # of every function that is deployed
COLLECTOR = "-evidence"  # how the names of the roles end that may collect


def canary_name(base: str) -> str:
    """The canary's function and role; the API's resource policy trusts exactly this role name."""
    return f"{base}-canary"


def dashboard_url(region: str, name: str) -> str:
    """Where a dashboard is looked at."""
    return f"{console(region)}#dashboards/dashboard/{name}"


def console(region: str) -> str:
    """CloudWatch's address, before the fragment that says what is shown."""
    return f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"


def dashboard_name(base: str) -> str:
    """The service's dashboard in the monitor account."""
    return f"{base}-monitor"


def evidence_name(base: str) -> str:
    """The function and role of a monitor stack that collects evidence; see `evidence_reader`."""
    return f"{base}{COLLECTOR}"


def evidence_reader(service: str) -> str:
    """The role in a service's account that the monitor account's collectors assume."""
    return f"{service}-evidence-reader"


def heads_group(service: str) -> str:
    """The log group in a service's account that keeps each day's head of the chain of evidence."""
    return f"/inference-watch/{service}/evidence-heads"


def access_log_group(service: str) -> str:
    """Where a service's stage writes its access log."""
    return f"/aws/apigateway/{service}/access"
