"""The contact centre beside a desk: started, adopted, replaced and ended like the other servers."""

from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
import psutil
import pytest

from desk.sandbox import SandboxError, vendor
from desk.sandbox.contact_centre import ConnectAddresses, ContactCentre
from desk.sandbox.processes import PsTable
from desk.sandbox.waiting import until
from desk.settings import Settings
from tests.support.ports import free_port
from tests.support.sandbox.box import NUMBER, ORDERS, Box
from tests.support.sandbox.homes import PATIENCE_SECONDS, Home, Opener

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def centre_home(new_home: Home) -> Home:
    """A desk's home with Amazon's library in it, so that nobody asks npm."""
    vendor.fetch(Settings().desk_home)
    new_home.path.mkdir()
    (new_home.path / 'vendor').symlink_to(Settings().desk_home.absolute() / 'vendor')
    return new_home


def connect(addresses: ConnectAddresses) -> Any:
    return boto3.client(
        'connect',
        endpoint_url=addresses.aws_url,
        region_name=addresses.region,
        aws_access_key_id='any',
        aws_secret_access_key='any',
    )


def ring(addresses: ConnectAddresses) -> str:
    """Let a customer call; return when the call is on disk."""
    port = int(addresses.aws_url.rpartition(':')[2])
    return str(Box(port, 0, 0).hand('POST', 'calls', number=NUMBER, queue_id=ORDERS)['id'])


def is_kept(home: Home, contact_id: str) -> bool:
    snapshot = home.path / 'connect' / 'centre' / 'snapshot.json'
    return until(lambda: contact_id in snapshot.read_text(), timeout_seconds=PATIENCE_SECONDS)


def main_process(home: Home) -> psutil.Process:
    [pid] = home.heads()
    return psutil.Process(pid)


def test_centre_goes_on_where_it_was_and_leaves_nothing_running(centre_home: Home) -> None:
    with ContactCentre(centre_home.path) as addresses:
        contact_id = ring(addresses)
        with urlopen(f'{addresses.ccp_url}?agent=agent1', timeout=10) as page:
            assert page.status == 200
    assert centre_home.becomes_empty()

    with ContactCentre(centre_home.path) as again:
        assert again == addresses
        instance = {'InstanceId': addresses.instance_id}
        contact = connect(again).describe_contact(ContactId=contact_id, **instance)['Contact']
        flows = connect(again).list_contact_flows(**instance)['ContactFlowSummaryList']

    assert contact['QueueInfo']['Id'] == ORDERS
    assert addresses.contact_flow_id in {flow['Id'] for flow in flows}
    assert addresses.softphone_trouble == ''
    assert centre_home.becomes_empty()


def test_killed_desks_centre_is_adopted_and_ends_with_the_last_desk(
    centre_home: Home, open_desk: Opener
) -> None:
    killed = open_desk(centre_home, servers='connect')
    addresses = killed.addresses()
    running = main_process(centre_home).pid
    killed.kill()

    successor = open_desk(centre_home, servers='connect')

    assert successor.addresses() == addresses
    assert main_process(centre_home).pid == running
    assert successor.leave() == 0
    assert centre_home.becomes_empty()


def test_killed_centre_is_replaced_where_it_was(centre_home: Home) -> None:
    with ContactCentre(centre_home.path) as addresses:
        contact_id = ring(addresses)
        assert is_kept(centre_home, contact_id)
        killed = main_process(centre_home)

        killed.kill()

        assert until(lambda: answers(addresses), timeout_seconds=PATIENCE_SECONDS)
        instance = {'InstanceId': addresses.instance_id}
        assert connect(addresses).describe_contact(ContactId=contact_id, **instance)['Contact']
    assert centre_home.becomes_empty()


def test_centre_is_known_where_there_is_no_proc(
    centre_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('desk.sandbox.sandbox.process_table', PsTable)
    with ContactCentre(centre_home.path) as addresses:
        running = main_process(centre_home).pid
        with ContactCentre(centre_home.path) as again:
            assert again == addresses
        assert main_process(centre_home).pid == running

    assert centre_home.becomes_empty()


def test_centre_has_no_softphone_where_npm_brings_nothing(
    new_home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv('npm_config_registry', f'http://127.0.0.1:{free_port()}')
    monkeypatch.setenv('npm_config_fetch_retries', '0')
    monkeypatch.setenv('npm_config_cache', str(tmp_path / 'npm'))

    with ContactCentre(new_home.path) as addresses:
        assert connect(addresses).list_instances()['InstanceSummaryList']
        with pytest.raises(HTTPError, match='503'):
            urlopen(addresses.ccp_url, timeout=10)

    assert addresses.softphone_trouble.startswith(f'npm does not bring {vendor.STREAMS.release}: ')
    assert new_home.becomes_empty()


def test_centre_that_cannot_start_is_said_with_its_last_words(
    centre_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('SANDBOX_SEED', 'many')

    with pytest.raises(SandboxError, match='SANDBOX_SEED'):
        ContactCentre(centre_home.path).start()

    assert centre_home.becomes_empty()


def answers(addresses: ConnectAddresses) -> bool:
    try:
        with urlopen(f'{addresses.aws_url}/_sandbox/health', timeout=5):
            return True
    except OSError:
        return False
