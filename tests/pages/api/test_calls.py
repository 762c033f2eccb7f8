"""``/calls``: what programs may do with telephone calls, with Connect in a box behind it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from desk.settings import Settings
from models import Agent, Call, CallEnding
from services.calls.events import SoftphoneAct, SoftphoneAsked, TargetKind, softphone_topic
from services.registry import Services
from tests.conftest import assembled
from tests.pages.api.conftest import Site
from tests.support.centre import Centre, connected_to, skip_earlier_agent_events
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.sandbox.box import SUPPORT, Box, seed_id
from tests.support.sandbox.standing import box, contact_queue, running
from tests.support.until import until

__all__ = ['box', 'contact_queue', 'running']
pytestmark = pytest.mark.slow


@pytest.fixture
async def services(settings: Settings, box: Box, contact_queue: str) -> AsyncIterator[Services]:
    """A desk that hears of calls."""
    await skip_earlier_agent_events(box, settings)
    async with connected_to(box) as connect, assembled(settings, connect=connect) as services:
        yield services


@pytest.fixture
async def agent(make: Make) -> Agent:
    return await make.agent(username='agent1')


@pytest.fixture
async def centre(services: Services, make: Make, agent: Agent, box: Box) -> Centre:
    centre = Centre(box=box, services=services, boss=await make.supervisor(username='supervisor1'))
    await centre.do(box.sign_in)
    return centre


@pytest.fixture
async def api(site: Site, agent: Agent) -> AsyncIterator[httpx.AsyncClient]:
    async with site.signed_in(agent) as api:
        yield api


@pytest.fixture
async def call(centre: Centre) -> Call:
    """A call that agent1 talks in."""
    contact_id = await centre.ring()
    await centre.act('accept', contact_id)
    return await centre.call(lambda call: call.is_answered)


async def test_dialled_call_is_listed_read_and_ended(
    api: httpx.AsyncClient, centre: Centre, agent: Agent
) -> None:
    click = {'id': str(uuid4()), 'phone': '010-1234-5678'}

    made = await api.post('/calls', json=click)
    again = await api.post('/calls', json=click)
    await centre.do(centre.box.advance, 4)
    await centre.act('accept', made.json()['contact_id'])
    await centre.call(lambda call: call.is_answered)
    [listed] = (await api.get('/calls', params={'open': True, 'own': True})).json()['items']
    ended = await api.post(f'/calls/{click["id"]}/stop')
    await centre.call(lambda call: call.end_time is not None)

    assert (made.status_code, again.json()['contact_id']) == (201, made.json()['contact_id'])
    assert (listed['id'], listed['status'], listed['phone']) == (
        click['id'],
        'active',
        '01012345678',
    )
    assert ended.status_code == 204
    read: dict[str, Any] = {}

    async def agent_events_are_in() -> bool:  # another stream, which may come after the end
        read.update((await api.get(f'/calls/{click["id"]}')).json())
        return {one['kind'] for one in read['moments']} >= {'ringing', 'talking'}

    await until(agent_events_are_in, seconds=15)
    assert (read['status'], read['ending'], read['reason']) == ('closed', 'agent', 'API')
    assert read['phone'] == '010-****-5678'  # it is over
    [leg] = read['legs']
    assert (leg['kind'], leg['agent_id'], leg['is_path']) == ('api', str(agent.id), True)
    assert read['wrap_up']['done_at'] is None


async def test_customer_on_record_is_called_without_knowing_the_number(
    api: httpx.AsyncClient, centre: Centre, make: Make
) -> None:
    customer = await make.customer(phone='01012345678')

    made = await api.post('/calls', json={'id': str(uuid4()), 'customer_id': str(customer.id)})

    assert made.json()['customer_id'] == str(customer.id)
    [contact] = await centre.do(centre.box.hand, 'GET', 'contacts')
    assert contact['id'] == made.json()['contact_id']


async def test_what_cannot_be_done_now_is_a_sentence(
    api: httpx.AsyncClient, centre: Centre, services: Services, agent: Agent, call: Call
) -> None:
    to = {'agent_id': str(centre.boss.id)}

    closed = await api.post(f'/calls/{call.id}/transfer', json=to)
    silent = await api.post(f'/calls/{call.id}/recording/pause')
    await api.post(f'/calls/{call.id}/stop')
    await centre.call(lambda call: call.end_time is not None)
    await services.softphones.alive(agent.id)
    over = await api.post(f'/calls/{call.id}/transfer', json=to)
    stopped = await api.post(f'/calls/{call.id}/stop')

    codes = [one.json()['code'] for one in (closed, silent, over, stopped)]
    assert {one.status_code for one in (closed, silent, over, stopped)} == {409}
    assert codes == ['call.no_softphone', 'call.not_recorded', 'call.over', 'call.over']
    assert (
        closed.json()['detail'] == '전화기가 열려 있지 않습니다. 상담 화면을 열고 다시 시도하세요.'
    )


async def test_transfer_is_asked_of_the_open_softphone(
    api: httpx.AsyncClient, services: Services, make: Make, agent: Agent, call: Call
) -> None:
    colleague = await make.agent(username='agent2')
    queue = await make.queue(name='기술지원', department='기술지원')
    await services.softphones.alive(agent.id)
    listener = listen(services, softphone_topic(agent.id))
    [quick, *_] = (await api.get('/calls/quick-connects')).json()['items']

    for to in (
        {'agent_id': str(colleague.id)},
        {'queue_id': str(queue.id)},
        {'phone': '1588-1234'},
        {'quick_connect_id': quick['id']},
    ):
        assert (await api.post(f'/calls/{call.id}/transfer', json=to)).status_code == 202
    await until(lambda: len(listener.events) == 4)

    asked = [event for event in listener.events if isinstance(event, SoftphoneAsked)]
    assert [(one.target_kind, one.target) for one in asked] == [
        (TargetKind.USER, seed_id('user/agent2')),
        (TargetKind.QUEUE, SUPPORT),
        (TargetKind.PHONE, '+8215881234'),
        (TargetKind.QUICK_CONNECT, quick['id']),
    ]
    assert {(one.act, one.contact_id) for one in asked} == {
        (SoftphoneAct.TRANSFER, call.contact_id)
    }


async def test_attributes_are_set_and_read_at_connect(
    api: httpx.AsyncClient, centre: Centre, call: Call
) -> None:
    path = f'/calls/{call.id}/attributes'

    await api.put(path, json={'attributes': {'order': 'A-1'}})
    answer = await api.put(path, json={'attributes': {'language': 'ko'}})
    bad = await api.put(path, json={'attributes': {'주문 번호': 'A-1'}})

    assert answer.json()['attributes'] == {'order': 'A-1', 'language': 'ko'}
    assert (await api.get(path)).json() == answer.json()
    assert (bad.status_code, bad.json()['code']) == (422, 'call.attribute_name')


async def test_wrap_up_of_a_call_is_written_and_ended(
    api: httpx.AsyncClient, centre: Centre, make: Make, call: Call
) -> None:
    leaf = await make.category('배송', '지연')
    assert call.contact_id
    await centre.hang_up(call.contact_id)
    await centre.call(lambda call: call.ending is CallEnding.CUSTOMER)
    path = f'/calls/{call.id}/wrap-up'

    written = {'category_id': str(leaf.id), 'summary': '내일 도착', 'needs_follow_up': True}
    saved = (await api.put(path, json=written)).json()
    ended = (await api.post(f'{path}/finish')).json()

    assert {name: saved[name] for name in written} == written
    assert (ended['ending'], ended['category']) == ('agent', '배송 > 지연')
    assert (await api.get(f'/history/{call.id}')).json()['wrap_up'] == ended
    assert (await api.get(path)).json() == ended


async def test_calls_of_others_are_not_there(
    site: Site, make: Make, centre: Centre, call: Call
) -> None:
    stranger, colleague = await make.agent(department='기술지원'), await make.agent()

    async with site.signed_in(stranger) as program:
        assert (await program.get('/calls')).json()['items'] == []
        for answer in (
            await program.get(f'/calls/{call.id}'),
            await program.post(f'/calls/{call.id}/stop'),
            await program.get(f'/calls/{call.id}/wrap-up'),
        ):
            assert answer.status_code == 404
    async with site.signed_in(colleague) as program:
        [seen] = (await program.get('/calls')).json()['items']
        refused = await program.post(f'/calls/{call.id}/stop')
    assert (seen['id'], seen['phone']) == (str(call.id), '010-****-5678')
    assert (refused.status_code, refused.json()['code']) == (403, 'call.not_yours')


async def test_supervisor_listens_and_agents_do_not(
    site: Site, centre: Centre, api: httpx.AsyncClient, call: Call
) -> None:
    await centre.do(centre.box.sign_in, 'supervisor1')
    wish = {'id': str(uuid4()), 'may_barge': True}

    refused = await api.post(f'/calls/{call.id}/monitor', json=wish)
    async with site.signed_in(centre.boss) as program:
        listening = await program.post(f'/calls/{call.id}/monitor', json=wish)
        again = await program.post(f'/calls/{call.id}/monitor', json=wish)

    assert refused.status_code == 403
    assert listening.status_code == 200
    assert again.json() == listening.json()


async def test_pages_of_calls_neither_overlap_nor_leave_out(
    api: httpx.AsyncClient, make: Make
) -> None:
    calls = {str((await make.call(phone=f'0101234{number:04}')).id) for number in range(5)}
    seen: list[str] = []
    cursor: str | None = None

    for _ in range(3):
        page = (
            await api.get('/calls', params={'limit': 2, **({'cursor': cursor} if cursor else {})})
        ).json()
        seen += [one['id'] for one in page['items']]
        cursor = page['next']

    assert (cursor, len(seen), set(seen)) == (None, 5, calls)
