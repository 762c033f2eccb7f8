"""States that the softphone brings about: a call that was missed, a page that cannot ring."""

from models import AgentStatus
from services.registry import Services
from tests.support.make import Make


async def test_missed_call_makes_its_agent_away_until_they_are_back(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)

    missed = await services.agent_states.miss_call(agent.id)
    back = await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)

    reasons = {reason.id: reason.code for reason in await services.agent_states.reasons()}
    assert (missed.status, reasons.get(missed.reason_id)) == (AgentStatus.AWAY, 'no_answer')  # type: ignore[arg-type]
    assert back.status is AgentStatus.AVAILABLE


async def test_page_that_cannot_ring_is_being_checked_and_is_again_what_it_was(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)

    checking = await services.agent_states.check(agent.id, can_ring=False)
    again = await services.agent_states.check(agent.id, can_ring=True)

    assert (checking.status, checking.is_ready) == (AgentStatus.CHECKING, False)
    assert (again.status, again.is_ready) == (AgentStatus.AVAILABLE, True)


async def test_who_is_offline_is_not_checked(services: Services, make: Make) -> None:
    agent = await make.agent()
    await services.agent_states.choose(agent.id, AgentStatus.OFFLINE)

    checked = await services.agent_states.check(agent.id, can_ring=False)

    assert checked.status is AgentStatus.OFFLINE
