"""Linking a chat to a record: who may be meant, asked about with both names, masked until somebody says why, taken back."""

from nicegui.testing import User

from models import Agent, CustomerStatus
from services.registry import Services
from tests.support.make import Make
from tests.support.pressing import press


async def test_candidates_say_what_they_have_in_common(
    user: User, make: Make, agent: Agent
) -> None:
    await make.customer(name='한소희', phone='01055556666')
    await make.customer(name='최유진', phone='01055556666')
    chat = await make.chat(agent=agent, visitor_name='최유진', visitor_phone='01055556666')

    await user.open(f'/desk/chats/{chat.id}')

    await user.should_see('전화번호 같음 · 이름 같음', retries=20)
    await user.should_see('전화번호 같음 · 이름 다름')


async def test_link_is_asked_about_shows_nothing_whole_and_is_taken_back(
    user: User, make: Make, agent: Agent, services: Services
) -> None:
    await make.customer(
        name='한소희', phone='01055556666', other_phones=['01077778888'], email='sohee@example.com'
    )
    chat = await make.chat(agent=agent, visitor_name='최유진', visitor_phone='01055556666')
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see('연결', retries=20)

    press(user, '연결')
    await user.should_see('이 상담과 연결할까요?', retries=20)
    await user.should_see('끝 네 자리 6666')
    assert (await services.chats.chat(agent, chat.id)).customer_id is None
    press(user, '연결')

    await user.should_see('so***@example.com', retries=40)
    await user.should_not_see('sohee@example.com')
    await user.should_not_see('010-7777-8888')
    press(user, '보기')
    await user.should_see('본인 확인', retries=20)
    press(user, '본인 확인')
    await user.should_see('sohee@example.com', retries=40)
    await user.should_see('상담이 끝날 때까지 보입니다')

    press(user, '연결 해제')
    await user.should_see('연결을 해제할까요?', retries=20)
    press(user, '연결 해제')
    await user.should_see('아직 확인되지 않은 고객입니다', retries=40)
    await user.should_not_see('sohee@example.com')


async def test_agent_is_told_that_a_customer_is_blocked(
    user: User, make: Make, agent: Agent
) -> None:
    customer = await make.customer(phone='01055556666', status=CustomerStatus.BLOCKED)
    typed = await make.chat(agent=agent, visitor_phone='01055556666')
    linked = await make.chat(agent=agent, customer_id=customer.id)

    await user.open(f'/desk/chats/{typed.id}')
    await user.should_see('차단된 고객의 전화번호입니다', retries=20)
    await user.open(f'/desk/chats/{linked.id}')
    await user.should_see('차단된 고객입니다', retries=20)
