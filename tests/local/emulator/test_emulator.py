import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator, EmulatorError
from local.emulator.group import group_is_alive
from local.emulator.net import PortInUseError
from tests.local.conftest import CALLERS_SECRET
from tests.local.emulated_api import make_function, make_role

ROOT = Path(__file__).resolve().parents[3]
OWNER = """
import sys, time
from local.emulator import Emulator
emulator = Emulator()
emulator.start()
print(emulator.pid, emulator.log_path.parent, flush=True)
time.sleep(60)
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def handler(event, context):
    return "ran"
"""


def _invoke_stubborn_function(emulator: Emulator) -> None:
    role_arn = make_role(emulator, SERVICE_ACCOUNT, "stubborn")
    make_function(emulator, SERVICE_ACCOUNT, "stubborn", STUBBORN, role_arn)
    answer = emulator.client("lambda", SERVICE_ACCOUNT).invoke(FunctionName="stubborn")
    assert answer["Payload"].read() == b'"ran"'


def _gone_within(group: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not group_is_alive(group):
            return True
        time.sleep(0.02)
    return False


def test_a_twelve_digit_key_is_the_root_of_its_account(emulator: Emulator) -> None:
    for account in (SERVICE_ACCOUNT, MONITOR_ACCOUNT):
        identity = emulator.client("sts", account).get_caller_identity()
        assert identity["Arn"] == f"arn:aws:iam::{account}:root"


def test_accounts_do_not_see_each_others_resources(emulator: Emulator) -> None:
    emulator.client("sns", SERVICE_ACCOUNT).create_topic(Name="only-in-service")
    listed = emulator.client("sns", MONITOR_ACCOUNT).list_topics()["Topics"]
    assert [topic for topic in listed if "only-in-service" in topic["TopicArn"]] == []


def test_clients_are_made_once_for_a_service_and_account(emulator: Emulator) -> None:
    assert emulator.client("sqs", SERVICE_ACCOUNT) is emulator.client("sqs", SERVICE_ACCOUNT)
    assert emulator.client("sqs", SERVICE_ACCOUNT) is not emulator.client("sqs", MONITOR_ACCOUNT)


def test_this_machines_aws_configuration_plays_no_part(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
    client = emulator.session("333333333333").client("sts", endpoint_url=emulator.url)
    assert client.get_caller_identity()["Account"] == "333333333333"


def test_functions_inherit_nothing_of_the_callers_environment(emulator: Emulator) -> None:
    source = "import os\ndef handler(event, context):\n    return sorted(os.environ)\n"
    role_arn = make_role(emulator, SERVICE_ACCOUNT, "environment")
    make_function(emulator, SERVICE_ACCOUNT, "environment", source, role_arn)
    answer = emulator.client("lambda", SERVICE_ACCOUNT).invoke(FunctionName="environment")
    seen = json.load(answer["Payload"])
    assert CALLERS_SECRET not in seen
    assert "AWS_XRAY_DAEMON_ADDRESS" in seen


def test_a_port_in_use_is_named_with_the_ways_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"Port {port} on 127\.0\.0\.1 is taken.*another port"):
            Emulator(port=port).start()


def test_stopping_ends_workers_that_ignore_sigterm_and_removes_the_folder() -> None:
    emulator = Emulator()
    emulator.start()
    folder = Path(emulator.log_path).parent
    group = emulator.pid
    _invoke_stubborn_function(emulator)
    emulator.stop()
    assert not group_is_alive(group)
    assert not folder.exists()


def test_an_exception_in_the_block_ends_the_process() -> None:
    group = 0
    with pytest.raises(RuntimeError, match="in the block"), Emulator() as emulator:  # noqa: PT012 # the block
        group = emulator.pid
        raise RuntimeError("in the block")
    assert not group_is_alive(group)


def test_nothing_survives_an_owner_that_is_killed() -> None:
    owner = subprocess.Popen(  # noqa: S603 # our own interpreter and text
        [sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert owner.stdout is not None
        group, folder = owner.stdout.readline().decode().split()
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait(timeout=10)
        assert _gone_within(int(group), 5)
        assert not Path(folder).exists()
    finally:
        owner.kill()
        owner.wait(timeout=10)
        if owner.stdout is not None:
            owner.stdout.close()


def test_an_emulator_that_does_not_run_says_so() -> None:
    with pytest.raises(EmulatorError, match="not running; start it first"):
        Emulator().client("sts", SERVICE_ACCOUNT)


def test_an_unknown_control_operation_is_refused_with_the_known_ones(emulator: Emulator) -> None:
    with pytest.raises(EmulatorError, match=r"No control operation 'nonsense'; there are .*datapoints"):
        emulator.control("nonsense")


def test_wrong_parameters_of_a_control_operation_are_refused(emulator: Emulator) -> None:
    with pytest.raises(EmulatorError, match="unexpected keyword argument 'acount'"):
        emulator.control("datapoints", acount=SERVICE_ACCOUNT)


def test_a_process_that_ends_while_starting_shows_the_end_of_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.emulator.process.PROCESS", "local.no_such_module")
    with pytest.raises(EmulatorError, match=r"ended while starting(.|\n)*no_such_module"):
        Emulator().start()
