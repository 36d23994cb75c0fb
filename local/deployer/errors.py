"""What goes wrong while a stack is laid out in the emulator, told so that it can be fixed.

Does not log and does not retry: the first error ends the deployment.
"""

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

ABSENT = "it refers to something that does not exist (yet); is a dependency missing?"
TAKEN = "something of this name exists already; two resources share a physical name"
REFUSED = "the credentials may not do this; in AWS it would be refused as well"
INVALID = "a value is not what this API accepts"
MEANING = {
    "AccessDenied": REFUSED,
    "AccessDeniedException": REFUSED,
    "AuthorizationError": REFUSED,
    "AuthorizationErrorException": REFUSED,
    "ConflictException": TAKEN,
    "EntityAlreadyExists": TAKEN,
    "ResourceConflictException": TAKEN,
    "ResourceExistsException": TAKEN,
    "ResourceInUseException": TAKEN,
    "AlreadyExistsException": TAKEN,
    "ResourceAlreadyExistsException": TAKEN,
    "ResourceNotFoundException": ABSENT,
    "NotFoundException": ABSENT,
    "NoSuchEntity": ABSENT,
    "ValidationException": INVALID,
    "ValidationError": INVALID,
    "InvalidParameterValueException": INVALID,
    "BadRequestException": INVALID,
}


class DeployError(RuntimeError):
    """A resource could not be created; the message names type, logical name, account, cause and meaning."""

    def __init__(self, *, type_token: str, name: str, account: str, reason: str) -> None:
        where = f" in account {account}" if account else ""
        super().__init__(f"{type_token} {name!r}{where} was not created: {reason}")
        self.type = type_token
        self.name = name
        self.account = account
        self.reason = reason


class Unsupported(ValueError):  # noqa: N818  # reads as the predicate it is: "unsupported: ..."
    """The program asks for something this deployer does not do; says where to add it."""


def reason(error: Exception) -> str:
    """One line on what an exception of a creator means, with the AWS error where there is one."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        message = str(error.response.get("Error", {}).get("Message", "")) or "no message"
        if "Unsupported service" in str(error.response) or code == "400":
            meaning = "the emulator has no such service; is a fill-in missing in local/fillins?"
        else:
            meaning = MEANING.get(
                code, "the API refused the request; compare it with the service's API reference"
            )
        return f"{error.operation_name} answered {code}: {message} ({meaning})"
    if isinstance(error, ParamValidationError):
        return f"{error} (the AWS API has no such parameter or type; AWS would refuse it as well)"
    if isinstance(error, BotoCoreError):
        return f"{error} (is the emulator running and reachable?)"
    if isinstance(error, KeyError):
        return f"{error} is missing from its inputs or from the API's answer"
    return str(error) if isinstance(error, Unsupported) else f"{type(error).__name__}: {error}"
