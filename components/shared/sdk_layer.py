"""The X-Ray SDK as a Lambda layer, for the runtime and architecture that the functions use."""

import pulumi
import pulumi_aws as aws

from components.shared.packages import ARCHITECTURE, RUNTIME, build_layer


def sdk_layer(name: str, layer_name: str, opts: pulumi.ResourceOptions) -> aws.lambda_.LayerVersion:
    """The layer's current version; a change of the pinned SDK publishes a new one."""
    return aws.lambda_.LayerVersion(
        name,
        layer_name=layer_name,
        description="aws-xray-sdk, pinned in handlers/requirements.txt",
        code=pulumi.FileArchive(str(build_layer())),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
        opts=opts,
    )
