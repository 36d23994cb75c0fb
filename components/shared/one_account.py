"""What a canary in the API's own account cannot prove."""

import pulumi

CANNOT_PROVE = (
    "it cannot prove that customers of other accounts reach the API, and an outage of this account, of its"
    " quotas or of its CloudWatch silences canary and alarms together with the API"
)


def warn_of_one_account(name: str) -> None:
    """Says it to whoever previews or updates the stack."""
    pulumi.log.warn(
        f"{name} is watched from its own account: {CANNOT_PROVE}. Where there is a second account, set"
        " accounts.monitor to it in both stacks."
    )
