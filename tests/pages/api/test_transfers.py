"""``/transfers`` for programs, and what ``/ws`` tells of them."""

import httpx

from models import Agent
from pages.api.program import ConnectionLimits
from services.registry import Services
from tests.pages.api.conftest import Serve, Site
from tests.support.make import Make

REASON = '환불은 결제팀에서'


async def test_transfer_is_asked_refused_asked_again_and_accepted(
    site: Site, api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    colleague = await make.agent(department='결제·환불', first_name='도윤', last_name='이')
    chat = await make.chat(agent=agent, lines=1)
    new = {'chat_session_id': str(chat.id), 'agent_id': str(colleague.id), 'reason': REASON}

    async with site.signed_in(colleague) as theirs:
        first = (await api.post('/transfers', json=new)).json()
        assert (await api.get('/transfers')).json() == {'to_me': [], 'from_me': [first]}
        assert (await theirs.get('/transfers')).json() == {'to_me': [first], 'from_me': []}
        assert (await api.post(f'/transfers/{first["id"]}/accept')).status_code == 404
        assert (await theirs.post(f'/transfers/{first["id"]}/refuse')).status_code == 204
        second = (await api.post('/transfers', json=new)).json()
        taken = (await theirs.post(f'/transfers/{second["id"]}/accept')).json()
        again = await theirs.post(f'/transfers/{second["id"]}/accept')

    assert (first['to_name'], first['reason']) == ('이도윤', REASON)
    assert taken['agent_id'] == str(colleague.id)
    assert (again.status_code, again.json()['code']) == (409, 'transfer.over')
    assert (await api.get(f'/chat/sessions/{chat.id}')).status_code == 200  # its department sees it


async def test_programs_of_both_hear_of_it(
    serve: Serve, services: Services, make: Make, agent: Agent
) -> None:
    live = await serve(services, pace=ConnectionLimits(grace_seconds=0.05))
    colleague = await make.agent(first_name='도윤', last_name='이')
    chat = await make.chat(agent=agent)

    async with live.program(agent) as mine, live.program(colleague) as theirs:
        async with live.signed_in(agent) as api:
            new = {'chat_session_id': str(chat.id), 'agent_id': str(colleague.id), 'reason': REASON}
            asked = (await api.post('/transfers', json=new)).json()
        told = [(await one.hear('transfer'))['data'] for one in (mine, theirs)]
        await services.transfers.refuse(colleague, told[0]['id'])
        ended = (await mine.hear('transfer_ended'))['data']

    assert [one['id'] for one in told] == [asked['id']] * 2
    assert (ended['outcome'], ended['by']) == ('refused', '이도윤')
