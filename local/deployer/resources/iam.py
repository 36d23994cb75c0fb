"""IAM roles and their policies."""

from local.deployer.request import (
    Created,
    Creator,
    Request,
    creator,
    document,
    pascal,
    tag_list,
)


def _role(request: Request) -> Created:
    client, name, given = request.client("iam"), request.physical_name(), request.inputs
    options = pascal(request.given("description", "path", "maxSessionDuration", "permissionsBoundary"))
    role = client.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=document(given["assumeRolePolicy"]),
        Tags=tag_list(request.tags),
        **options,
    )["Role"]
    for arn in given.get("managedPolicyArns", []):
        client.attach_role_policy(RoleName=name, PolicyArn=arn)
    for policy in given.get("inlinePolicies", []):
        client.put_role_policy(
            RoleName=name, PolicyName=policy["name"], PolicyDocument=document(policy["policy"])
        )
    return Created(id=name, outputs={"name": name, "arn": role["Arn"], "uniqueId": role["RoleId"]})


def _role_policy(request: Request) -> Created:
    name, role = request.physical_name(), request.inputs["role"]
    request.client("iam").put_role_policy(
        RoleName=role, PolicyName=name, PolicyDocument=document(request.inputs["policy"])
    )
    return Created(id=f"{role}:{name}", outputs={"name": name})


def _service_linked_role(request: Request) -> Created:
    options = pascal(request.given("description", "customSuffix"))
    role = request.client("iam").create_service_linked_role(
        AWSServiceName=request.inputs["awsServiceName"], **options
    )["Role"]
    outputs = {"arn": role["Arn"], "name": role["RoleName"], "path": role["Path"], "uniqueId": role["RoleId"]}
    return Created(id=role["Arn"], outputs=outputs)


CREATORS: dict[str, Creator] = {
    "aws:iam/role:Role": creator(
        _role,
        "name namePrefix assumeRolePolicy description path maxSessionDuration permissionsBoundary"
        " managedPolicyArns inlinePolicies",
        {"forceDetachPolicies": "nothing is deleted: the account ends with the run"},
    ),
    "aws:iam/rolePolicy:RolePolicy": creator(_role_policy, "name namePrefix role policy"),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": creator(
        _service_linked_role, "awsServiceName description customSuffix"
    ),
}
