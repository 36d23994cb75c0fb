import datetime
from unittest import mock

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from handlers.inference.aws.signature import Credentials, Scope, sign

HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(str.strip)
NAMES = st.from_regex(r"X-[A-Za-z0-9-]{1,12}", fullmatch=True).filter(
    lambda name: not name.lower().startswith("x-amz-")
)


@given(
    headers=st.dictionaries(NAMES.map(str.title), HEADER_TEXT, max_size=4),
    path=st.from_regex(r"(/[A-Za-z0-9_.~-]{1,10}){1,4}", fullmatch=True).filter(lambda p: "/." not in p),
    body=st.binary(max_size=50),
    token=st.none() | st.from_regex(r"[A-Za-z0-9/+=]{1,40}", fullmatch=True),
    port=st.sampled_from(["", ":8080"]),
    traced=st.booleans(),
    epoch_s=st.integers(0, 4_000_000_000),
)
def test_a_signature_is_the_one_botocore_makes(  # noqa: PLR0917  # one argument a strategy
    headers: dict[str, str],
    path: str,
    body: bytes,
    token: str | None,
    port: str,
    traced: bool,
    epoch_s: int,
) -> None:
    host = f"dynamodb.eu-west-1.amazonaws.com{port}"
    if traced:
        headers = {**headers, "X-Amzn-Trace-Id": "Root=1-a-b;Parent=c;Sampled=1"}
    ours = sign(
        host=host,
        path=path,
        headers=headers,
        body=body,
        credentials=Credentials(access_key="AKIA1", secret_key="s3cret", token=token),
        scope=Scope(region="eu-west-1", service="dynamodb"),
        epoch_s=epoch_s,
    )
    request = AWSRequest(method="POST", url=f"https://{host}{path}", data=body, headers=headers)
    moment = datetime.datetime.fromtimestamp(epoch_s, datetime.UTC)
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment.replace(tzinfo=None)):
        SigV4Auth(BotocoreCredentials("AKIA1", "s3cret", token), "dynamodb", "eu-west-1").add_auth(request)
    assert ours == dict(request.headers.items())


def test_credentials_never_show_themselves() -> None:
    assert "s3cret" not in repr(Credentials(access_key="AKIA1", secret_key="s3cret", token="t0ken"))
