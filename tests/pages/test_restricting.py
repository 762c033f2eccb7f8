"""이용 제한 beside a conversation: a supervisor sets and lifts it with a reason; an agent is not offered it."""

from fastapi import FastAPI

from models import AuditAction, CustomerStatus
from services.audit.log import AuditFilter
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.make import Make
from tests.support.pressing import press
from tests.support.until import until

SOON = 40


async def test_supervisor_restricts_from_the_conversation_without_a_record(
    web: FastAPI, sign_in: SignIn, make: Make
) -> None:
    services: Services = web.state.services
    supervisor, agent = await make.supervisor(), await make.agent()
    customer = await make.customer(name='한소희')
    chat = await make.chat(agent=agent, customer_id=customer.id)
    user = await sign_in(supervisor)
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see('고객 화면 열기', retries=SOON)

    press(user, '이용 제한')
    await user.should_see('제한하기', retries=SOON)
    user.find('사유').type('거듭된 폭언')
    press(user, '제한하기')
    await user.should_see('이용을 제한했습니다', retries=SOON)

    async def is_blocked() -> bool:
        now = await services.customer_records.customer(agent, customer.id)
        return now.status is CustomerStatus.BLOCKED and now.blocked_until is not None

    await until(is_blocked)
    wanted = AuditFilter(action=AuditAction.CUSTOMER_RESTRICTED, subject_id=customer.id)
    [entry] = (await services.audit_log.newest(await make.admin(), wanted)).entries
    assert (entry.reason, entry.details['days']) == ('거듭된 폭언', 30)
    await user.should_see('이용 제한 풀기', retries=SOON)
    press(user, '이용 제한 풀기')
    await user.should_see('이용 제한을 풀었습니다', retries=SOON)
    assert not await is_blocked()


async def test_agent_is_not_offered_it(web: FastAPI, sign_in: SignIn, make: Make) -> None:
    agent, customer = await make.agent(), await make.customer(name='한소희')
    chat = await make.chat(agent=agent, customer_id=customer.id)
    user = await sign_in(agent)

    await user.open(f'/desk/chats/{chat.id}')

    await user.should_see('고객 화면 열기', retries=SOON)
    await user.should_not_see('이용 제한')
