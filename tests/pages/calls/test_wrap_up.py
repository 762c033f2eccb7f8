"""After a call: a 후처리 that is done frees the agent at Connect, and nothing else closes the contact before."""

from typing import Any

from nicegui.testing import User

from models import Agent, AgentStatus, Call
from services.registry import Services
from tests.pages.calls.conftest import Phone, a_call
from tests.support.until import until

STATES = [
    {'name': '상담 가능', 'type': 'routable'},
    {'name': '점심', 'type': 'not_routable'},
    {'name': '오프라인', 'type': 'offline'},
]


def at_connect(chosen: str) -> dict[str, Any]:
    """Agent1 at Connect, in after-contact work, having chosen a status."""
    return {'name': 'AfterCallWork', 'type': 'system', 'chosen': chosen, 'states': STATES}


async def over(phone: Phone, services: Services, agent: Agent) -> tuple[str, Call]:
    """A call that the customer has hung up, and whose 후처리 has begun at the desk."""
    contact_id = await phone.rings()
    await phone.answers(contact_id)
    phone.box.advance(5)
    phone.box.hand('POST', f'contacts/{contact_id}/hang-up')
    phone.says(a_call(contact_id, 'ended'))
    found: list[Call] = []

    async def has_begun() -> bool:
        call = await services.calls.of_contact(agent, contact_id)
        found[:] = [call] if call else []
        return bool(await services.wrap_ups.open_of(agent))

    await until(has_begun, seconds=15)
    return contact_id, found[0]


async def test_finished_wrap_up_clears_the_contact_once(
    phone: Phone, agent: Agent, services: Services
) -> None:
    contact_id, call = await over(phone, services, agent)
    assert ('clear', {'contact': contact_id}) not in phone.asked

    await services.wrap_ups.finish(agent, call.id)

    await until(lambda: phone.asked.count(('clear', {'contact': contact_id})) == 1)


async def test_page_without_a_softphone_frees_the_agent_by_the_api(
    phone: Phone, agent: Agent, services: Services
) -> None:
    contact_id, call = await over(phone, services, agent)
    phone.says(link='absent')

    await services.wrap_ups.finish(agent, call.id)

    await until(lambda: phone.box.stage_with() == {})
    assert ('clear', {'contact': contact_id}) not in phone.asked


async def test_state_chosen_in_the_wrap_up_waits_until_it_is_cleared(
    phone: Phone, user: User, agent: Agent, services: Services
) -> None:
    """streams#952: a change of status closes the only contact that is being wrapped up."""
    ended = a_call('contact-1', 'ended')
    phone.says(ended, agent=at_connect('오프라인'))
    await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)
    await user.should_see('상담 가능', retries=40)

    phone.says(ended, agent=at_connect('오프라인'))
    assert [name for name, _asked in phone.asked if name == 'set_state'] == []
    phone.says(agent=at_connect('오프라인'))

    await until(lambda: ('set_state', {'name': '상담 가능', 'type': 'routable'}) in phone.asked)
