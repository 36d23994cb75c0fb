"""What the emulator lacks of AWS, added in its own process before it serves.

`install` is called once, in the child process only; importing this package changes nothing.
"""


def install() -> None:
    """Hook every fill-in into the emulator's modules."""
    from local.fillins import (  # noqa: PLC0415 # imports the emulator, which only its own process may
        alarms,
        autoscaling,
        control,
        datapoints,
        dynamodb,
        oam,
        patches,
        sagemaker_runtime,
        usage,
        xray,
        xray_daemon,
    )

    del datapoints  # a control operation, registered by its import
    control.install()
    patches.install()
    for service in (alarms, autoscaling, dynamodb, oam, sagemaker_runtime, usage, xray, xray_daemon):
        service.install()
