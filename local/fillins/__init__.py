"""What the emulator lacks of AWS, added in its own process before it serves.

`install` is called once, in the child process only; importing this package changes nothing.
"""


def install() -> None:
    """Hook every fill-in into the emulator's modules."""
    from local.fillins import control, sagemaker_runtime  # noqa: PLC0415 # imports the emulator, which only its own process may

    control.install()
    sagemaker_runtime.install()
