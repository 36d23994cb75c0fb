"""A domain of one's own in the emulator: no name resolves here, so it is asked for by the `Host` header."""

import http.client
from urllib.parse import urlsplit

import pulumi
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from components.service.access.domain import CustomDomain, CustomDomainArgs
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from settings.api.domain import Domain
from tests.local.deployer.support import account, deployed
from tests.local.emulated_api import KEY, EmulatedApi, assume, make_api, make_role

NAME = "api.example.com"
CERTIFICATE = f"arn:aws:acm:eu-central-1:{SERVICE_ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def api(emulator: Emulator) -> EmulatedApi:
    return make_api(emulator, "named-api")


@pytest.fixture(scope="module")
def outputs(emulator: Emulator, api: EmulatedApi) -> dict[str, object]:
    zone = emulator.client("route53", SERVICE_ACCOUNT).create_hosted_zone(
        Name="example.com", CallerReference="1"
    )
    settings = Domain(
        name=NAME, certificate=CERTIFICATE, hosted_zone=zone["HostedZone"]["Id"].rpartition("/")[2]
    )

    def program() -> None:
        provider = account().provider
        assert provider is not None
        args = CustomDomainArgs(
            api_id=api.id, stage_name="live", deletion_protection=False, settings=settings
        )
        made = CustomDomain("domain", args, pulumi.ResourceOptions(providers=[provider]))
        pulumi.export("url", made.url)
        pulumi.export("dns", made.dns)

    return deployed(emulator, program).outputs


def call(emulator: Emulator, host: str, credentials: Credentials, path: str = "/things") -> int:
    """The status of a signed call that goes to the emulator, and says that it is for `host`."""
    headers = {"x-api-key": f"{KEY}-named-api", "content-type": "application/json"}
    request = AWSRequest("POST", f"https://{host}{path}", data="{}", headers=headers)
    SigV4Auth(credentials, "execute-api", emulator.region).add_auth(request)
    parts = urlsplit(emulator.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request("POST", path, body="{}", headers={**dict(request.headers.items()), "Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


def counted(emulator: Emulator) -> int:
    """Requests in the API's own metric."""
    return sum(
        point["metric"] == "Count" and point["dimensions"] == {"ApiName": "named-api"}
        for point in emulator.datapoints(SERVICE_ACCOUNT)
    )


def test_the_name_leads_to_the_stage_for_callers_of_other_accounts_too(
    emulator: Emulator, api: EmulatedApi, outputs: dict[str, object]
) -> None:
    assert outputs["url"] == f"https://{NAME}"
    caller = assume(emulator, MONITOR_ACCOUNT, api.role)
    before = counted(emulator)
    assert call(emulator, NAME, caller) == 200
    assert counted(emulator) == before + 1


def test_by_the_name_too_the_policies_decide(emulator: Emulator, outputs: dict[str, object]) -> None:
    del outputs
    make_role(
        emulator, MONITOR_ACCOUNT, "by-name-not-trusted", {"Effect": "Allow", "Action": "*", "Resource": "*"}
    )
    assert call(emulator, NAME, assume(emulator, MONITOR_ACCOUNT, "by-name-not-trusted")) == 403


def test_route_53_has_an_alias_to_the_regional_name(emulator: Emulator, outputs: dict[str, object]) -> None:
    route53 = emulator.client("route53", SERVICE_ACCOUNT)
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    (alias,) = [record for record in records if "AliasTarget" in record]
    dns = outputs["dns"]
    assert isinstance(dns, dict)
    assert (alias["Name"].rstrip("."), alias["Type"]) == (NAME, "A")
    assert alias["AliasTarget"]["DNSName"].rstrip(".") == dns["target"]
    assert alias["AliasTarget"]["HostedZoneId"] == dns["target_zone_id"]
    assert (dns["name"], dns["recorded_here"]) == (NAME, True)


def test_with_the_default_endpoint_off_only_the_name_is_answered(
    emulator: Emulator, api: EmulatedApi, outputs: dict[str, object]
) -> None:
    del outputs
    caller = assume(emulator, MONITOR_ACCOUNT, api.role)
    assert api.post(credentials=caller)[0] == 200
    default_endpoint(emulator, api, disabled="true")
    try:
        assert api.post(credentials=caller)[::2] == (403, {"message": "Forbidden"})
        assert call(emulator, NAME, caller) == 200
    finally:
        default_endpoint(emulator, api, disabled="false")


def default_endpoint(emulator: Emulator, api: EmulatedApi, *, disabled: str) -> None:
    emulator.client("apigateway", SERVICE_ACCOUNT).update_rest_api(
        restApiId=api.id,
        patchOperations=[{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": disabled}],
    )
