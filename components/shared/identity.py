"""Refuses to rename what is deployed.

Name, environment, region and account begin every resource's name or decide where it is. A stack that gets
others would make a second, empty service and delete the one in use, all in one update.
"""

import pulumi

OUTPUT = "identity"  # what the stack exports for its next run
READ = "pulumi:pulumi:readStackOutputs"  # answered by the engine, also for the stack that is running


def kept(**identity: str) -> dict[str, str]:
    """The identity to export. Raises `pulumi.RunError` when this stack was deployed with another.

    A stack without that output has nothing deployed, or by an earlier version of the program.
    """
    own = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    answer = pulumi.runtime.invoke(READ, {"name": own}).value or {}
    deployed = (answer.get("outputs") or {}).get(OUTPUT)
    if deployed and deployed != identity:
        raise pulumi.RunError(
            f"This stack is {_said(deployed)} and its settings now say {_said(identity)}: it would make a"
            " second, empty service under new keys and addresses and delete the one in use. Nothing was"
            " changed. To move, deploy a second stack with the new settings (`pulumi stack init`), let"
            " customers change over, and destroy this one then. To begin anew, destroy it first:"
            f" pulumi destroy -s {own}"
        )
    return identity


def _said(identity: dict[str, str]) -> str:
    return f"{identity.get('name')} in {identity.get('region')} of account {identity.get('account')}"
