"""The softphone's pages: signing in and out, and what is said when Amazon's library is not there."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from desk import clock
from desk.sandbox.connect import server
from desk.sandbox.connect.centre import Centre
from tests.support.sandbox.box import Box
from tests.support.sandbox.ccp import Ccp, CcpError

pytestmark = pytest.mark.xdist_group('softphone')


def test_without_the_library_the_pages_say_so_and_aws_answers(tmp_path: Path) -> None:
    client = TestClient(server.build(Centre(), home=tmp_path), base_url='http://127.0.0.1')

    page = client.get('/ccp-v2/')

    assert page.status_code == 503
    assert (
        'amazon-connect-streams@2.28.2 is not here: &quot;make vendor&quot; gets it.' in page.text
    )
    assert client.get('/instance').json()['InstanceSummaryList']


def test_who_is_not_signed_in_is_asked_who_they_are(box: Box) -> None:
    status, headers, _ = box.raw('GET', '/ccp-v2/', redirect=False)
    assert (status, headers['Location']) == (303, '/connect/login')

    _, headers, page = box.raw('GET', '/connect/login')

    assert page.decode().count('<button') == 9
    assert 'frame-ancestors' in headers['Content-Security-Policy']


def test_nobody_signs_in_as_nobody(box: Box) -> None:
    status, headers, _ = box.raw('GET', '/connect/login?agent=nobody', redirect=False)

    assert status == 200
    assert 'Set-Cookie' not in headers


def test_page_of_a_stranger_may_not_ask(box: Box) -> None:
    status, _, _ = box.raw('POST', '/connect/api', headers={'Origin': 'https://example.com'})

    assert status == 403


def test_sign_out_ends_the_tokens_and_neither_the_call_nor_the_status(box: Box, ccp: Ccp) -> None:
    contact_id = box.ring()
    ccp.ask('AcceptContact', contactId=contact_id)

    assert box.raw('GET', '/connect/logout?agent=agent1')[0] == 200

    with pytest.raises(CcpError, match='401'):
        ccp.snapshot()
    assert box.stage_with() == {contact_id: 'CONNECTED'}
    assert Ccp(box).snapshot()['agentAvailabilityState']['state'] == '상담 가능'


def test_page_renews_its_token_with_its_cookie(box: Box) -> None:
    _, headers, _ = box.raw('GET', '/connect/login?agent=agent1', redirect=False)
    cookie = headers['Set-Cookie'].partition(';')[0]

    status, _, answer = box.raw('GET', '/auth/authorize', headers={'Cookie': cookie})
    nobody, _, _ = box.raw('GET', '/auth/authorize')

    assert (status, nobody) == (200, 401)
    ccp = Ccp(box, 'agent2')
    ccp.token = answer['accessToken']
    assert ccp.ask('GetAgentConfiguration')['configuration']['username'] == 'agent1'


def test_what_is_not_there_is_said_not_to_be(box: Box) -> None:
    assert box.raw('POST', '/agent-app/api')[0] == 404
    assert box.raw('GET', '/ccp-v2/anything.js')[0] == 404


def test_short_token_ends_and_another_is_given(box: Box) -> None:
    box.hand('PATCH', 'faults', softphones=[{'trouble': 'short_token', 'username': 'agent1'}])
    _, headers, _ = box.raw('GET', '/connect/login?agent=agent1', redirect=False)
    cookie = {'Cookie': headers['Set-Cookie'].partition(';')[0]}

    _, _, short = box.raw('GET', '/auth/authorize', headers=cookie)
    box.hand('DELETE', 'faults')
    _, _, usual = box.raw('GET', '/auth/authorize', headers=cookie)

    left = datetime.fromisoformat(short['expiration']) - clock.now()
    assert timedelta() < left <= timedelta(minutes=2)
    assert datetime.fromisoformat(usual['expiration']) - clock.now() > timedelta(hours=11)


def test_page_hears_that_there_is_no_sound(box: Box) -> None:
    usual = box.raw('GET', '/ccp-v2/audio?agent=agent1')[2]
    box.hand('PATCH', 'faults', softphones=[{'trouble': 'no_audio', 'username': 'agent1'}])

    silent = box.raw('GET', '/ccp-v2/audio?agent=agent1')[2]

    assert (usual, silent) == ({'audio': True}, {'audio': False})
