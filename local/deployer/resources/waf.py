"""WAF: a web ACL and what it stands in front of. The emulator stores it; it does not filter requests."""

from local.deployer.request import (
    Created,
    Creator,
    Request,
    creator,
    pascal,
    tag_list,
)

NAMES = {"cloudwatchMetricsEnabled": "CloudWatchMetricsEnabled"}


def _web_acl(request: Request) -> Created:
    name = request.physical_name()
    options = pascal(
        request.given("scope", "description", "defaultAction", "visibilityConfig", "rules"), NAMES
    )
    if request.tags:  # this API refuses an empty list
        options["Tags"] = tag_list(request.tags)
    answer = request.client("wafv2").create_web_acl(Name=name, **options)
    summary = answer["Summary"]
    outputs = {"name": name, "arn": summary["ARN"], "lockToken": summary["LockToken"]}
    return Created(id=summary["Id"], outputs=outputs)


def _association(request: Request) -> Created:
    acl, resource = request.inputs["webAclArn"], request.inputs["resourceArn"]
    request.client("wafv2").associate_web_acl(WebACLArn=acl, ResourceArn=resource)
    return Created(id=f"{acl},{resource}")


CREATORS: dict[str, Creator] = {
    "aws:wafv2/webAcl:WebAcl": creator(
        _web_acl, "name namePrefix scope description defaultAction visibilityConfig rules"
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": creator(_association, "resourceArn webAclArn"),
}
