"""WAF: a web ACL and what it stands in front of. `local.fillins.gateway.waf` applies its rules to requests.

A rule that is not understood there is an error: it would let through what AWS blocks.
"""

from collections.abc import Mapping
from typing import Any

from local.deployer.errors import Unsupported
from local.deployer.request import (
    Created,
    Creator,
    Request,
    creator,
    pascal,
    tag_list,
)

STATEMENTS = {"managedRuleGroupStatement", "rateBasedStatement", "sizeConstraintStatement"}
NAMES = {"cloudwatchMetricsEnabled": "CloudWatchMetricsEnabled"}


def _web_acl(request: Request) -> Created:
    name = request.physical_name()
    for rule in request.inputs.get("rules", ()):
        _understood(rule)
    options = pascal(request.given("scope", "defaultAction", "visibilityConfig", "rules"), NAMES)
    if request.tags:  # this API refuses an empty list
        options["Tags"] = tag_list(request.tags)
    answer = request.client("wafv2").create_web_acl(Name=name, **options)
    summary = answer["Summary"]
    outputs = {"name": name, "arn": summary["ARN"], "lockToken": summary["LockToken"]}
    return Created(id=summary["Id"], outputs=outputs)


def _understood(rule: Mapping[str, Any]) -> None:
    """Raise `Unsupported` for a rule that the emulated gateway would not apply."""
    statement = rule["statement"]
    rate, size = statement.get("rateBasedStatement", {}), statement.get("sizeConstraintStatement", {})
    strange = set(statement) - STATEMENTS
    if rate.get("aggregateKeyType", "IP") != "IP" or "scopeDownStatement" in rate:
        strange.add("rateBasedStatement by something else than the address")
    if size and set(size["fieldToMatch"]) - {"body"}:
        strange.add("sizeConstraintStatement on something else than the body")
    if strange:
        raise Unsupported(
            f"rule {rule['name']!r} has {sorted(strange)}; add what it does to local/fillins/gateway/waf.py"
        )


def _association(request: Request) -> Created:
    acl, resource = request.inputs["webAclArn"], request.inputs["resourceArn"]
    request.client("wafv2").associate_web_acl(WebACLArn=acl, ResourceArn=resource)
    return Created(id=f"{acl},{resource}")


CREATORS: dict[str, Creator] = {
    "aws:wafv2/webAcl:WebAcl": creator(_web_acl, "name scope defaultAction visibilityConfig rules"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": creator(_association, "resourceArn webAclArn"),
}
