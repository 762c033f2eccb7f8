"""``/callbacks``: the queue of those who are to be called, for programs."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from desk import clock
from models import Agent, CallPermission
from services.calls.callbacks import NewCallback
from services.registry import Services
from tests.pages.api.conftest import Serve, Site
from tests.support.make import Make

HOUR = timedelta(hours=1)


@pytest.fixture
async def agent(make: Make) -> Agent:
    """An agent."""
    return await make.agent()


def wish(**more: Any) -> dict[str, Any]:
    """A customer who asks to be called in the next hour."""
    since = clock.now()
    return {
        'id': str(uuid4()), 'phone': '010-5555-6666', 'name': '한소희', 'body': '환불 결과',
        'slot_from': since.isoformat(), 'slot_to': (since + timedelta(hours=1)).isoformat(),
        'is_asked_by_customer': True, **more,
    }  # fmt: skip


async def test_promised_once_listed_and_closed(site: Site, agent: Agent) -> None:
    asked = wish()
    async with site.signed_in(agent) as api:
        made = await api.post('/callbacks', json=asked)
        again = await api.post('/callbacks', json=asked)
        listed = (await api.get('/callbacks')).json()['items']
        place = f'/callbacks/{asked["id"]}'
        closed = await api.post(f'{place}/close', json={'status': 'cancelled', 'version': 1})
        twice = await api.post(f'{place}/close', json={'status': 'reached'})
        left = (await api.get('/callbacks')).json()['items']
        one = await api.get(place)

    assert made.status_code == 201
    assert made.json() == again.json()
    assert [one['phone'] for one in listed] == ['010-****-6666']
    assert closed.json() == one.json()
    assert one.json()['status'] == 'cancelled'
    assert (twice.status_code, twice.json()['code']) == (409, 'callback.changed')
    assert left == []


async def test_refusals_are_sentences(site: Site, agent: Agent, make: Make) -> None:
    await make.customer(phone='01055556666', call_permission=CallPermission.NOTHING)
    stranger = await make.agent(department='결제·환불')
    asked = wish()
    async with site.signed_in(agent) as api:
        await api.post('/callbacks', json=asked)
        dial = await api.post(f'/callbacks/{asked["id"]}/dial', json={'id': str(uuid4())})
        past = await api.post('/callbacks', json=wish(slot_to='2020-01-01T00:00:00Z'))
    async with site.signed_in(stranger) as api:
        hidden = await api.get(f'/callbacks/{asked["id"]}')

    assert (dial.status_code, dial.json()['code']) == (409, 'dial.not_wanted')
    assert dial.json()['detail'].startswith('전화를 거부한 고객입니다')
    assert (past.status_code, past.json()['code']) == (422, 'callback.slot')
    assert hidden.status_code == 404


async def test_program_hears_of_a_call_back_and_of_its_slot(
    serve: Serve, services: Services, make: Make, agent: Agent
) -> None:
    live, other = await serve(services), await make.agent(department='환불')
    since = clock.now()

    async with live.program(agent) as own, live.program(other) as stranger:
        made = await services.callbacks.promise(
            agent,
            NewCallback(phone='01055556666', name='한소희', slot_from=since, slot_to=since + HOUR),
        )
        changed = await own.hear('callback_changed')
        await services.callbacks.announce()
        told = await own.hear('callback_due')
        await stranger.say('ping')
        await stranger.hear('pong')

    assert changed['data']['callback_id'] == told['data']['callback_id'] == str(made.id)
    assert (told['data']['name'], told['data']['agent_ids']) == ('한소희', [str(agent.id)])
    assert not [frame for frame in stranger.seen if frame['type'].startswith('callback')]
