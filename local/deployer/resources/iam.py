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
    name = request.physical_name()
    role = request.client("iam").create_role(
        RoleName=name,
        AssumeRolePolicyDocument=document(request.inputs["assumeRolePolicy"]),
        Tags=tag_list(request.tags),
        **pascal(request.given("description")),
    )["Role"]
    return Created(id=name, outputs={"name": name, "arn": role["Arn"], "uniqueId": role["RoleId"]})


def _role_policy(request: Request) -> Created:
    name, role = request.physical_name(), request.inputs["role"]
    request.client("iam").put_role_policy(
        RoleName=role, PolicyName=name, PolicyDocument=document(request.inputs["policy"])
    )
    return Created(id=f"{role}:{name}", outputs={"name": name})


def _service_linked_role(request: Request) -> Created:
    role = request.client("iam").create_service_linked_role(AWSServiceName=request.inputs["awsServiceName"])[
        "Role"
    ]
    outputs = {"arn": role["Arn"], "name": role["RoleName"], "path": role["Path"], "uniqueId": role["RoleId"]}
    return Created(id=role["Arn"], outputs=outputs)


def _policy(request: Request) -> Created:
    name = request.physical_name()
    made = request.client("iam").create_policy(
        PolicyName=name, PolicyDocument=document(request.inputs["policy"]), Tags=tag_list(request.tags)
    )["Policy"]
    return Created(id=made["Arn"], outputs={"arn": made["Arn"], "name": name, "policyId": made["PolicyId"]})


def _attachment(request: Request) -> Created:
    role, arn = request.inputs["role"], request.inputs["policyArn"]
    request.client("iam").attach_role_policy(RoleName=role, PolicyArn=arn)
    return Created(id=f"{role}-{arn.rpartition('/')[2]}")


def _identity_provider(request: Request) -> Created:
    arn = request.client("iam").create_open_id_connect_provider(
        Url=request.inputs["url"], ClientIDList=request.inputs["clientIdLists"], Tags=tag_list(request.tags)
    )["OpenIDConnectProviderArn"]
    return Created(id=arn, outputs={"arn": arn})


CREATORS: dict[str, Creator] = {
    "aws:iam/role:Role": creator(_role, "name assumeRolePolicy description"),
    "aws:iam/rolePolicy:RolePolicy": creator(_role_policy, "role policy"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": creator(_identity_provider, "url clientIdLists"),
    "aws:iam/policy:Policy": creator(_policy, "name policy"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": creator(_attachment, "role policyArn"),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": creator(_service_linked_role, "awsServiceName"),
}
