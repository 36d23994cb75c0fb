"""What the emulator lacks of AWS, added in its own process before it serves.

`install` is called once, in the child process only; importing this package changes nothing.
"""


def install() -> None:
    """Hook every fill-in into the emulator's modules."""
    from local.fillins import control, datapoints, patches  # noqa: PLC0415 # imports the emulator, which
    from local.fillins.gateway import usage  # noqa: PLC0415                # only its own process may
    from local.fillins.services import (  # noqa: PLC0415
        alarms,
        autoscaling,
        dynamodb,
        oam,
        sagemaker_runtime,
        secretsmanager,
    )
    from local.fillins.xray import api, daemon  # noqa: PLC0415

    del datapoints  # a control operation, registered by its import
    control.install()
    patches.install()
    for service in (
        alarms,
        autoscaling,
        dynamodb,
        oam,
        sagemaker_runtime,
        secretsmanager,
        usage,
        api,
        daemon,
    ):
        service.install()
