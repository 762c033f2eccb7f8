"""The veil over numbers and addresses: who has none, and what lifts it for how long."""

import pytest
from fastapi import FastAPI
from nicegui.testing import User
from sqlalchemy import text

from desk.db import Database
from desk.events import Resync
from desk.settings import Settings
from models import Agent, ChatStatus
from pages.parts.customers import personal
from pages.parts.kit.edit_form import EditForm
from services.audit import queries as audit_queries
from services.customers.fields import CustomerEdit
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.databases import locked
from tests.support.make import Make
from tests.support.until import until, until_waiting

pytestmark = pytest.mark.slow

WHOLE, MASKED = '010-1234-5678', '010-****-5678'


async def reasons(settings: Settings) -> list[tuple[str, str]]:
    """Why somebody looked, as the audit log has it."""
    db = Database(settings.database_url, pool_size=1)
    async with db.reading() as session:
        entries = await audit_queries.sealed_after(session, 0, limit=50)
    await db.close()
    return [(one.details, one.reason) for one in entries if one.action == 'personal_data_shown']


async def test_who_holds_the_chat_sees_the_number(user: User, make: Make, agent: Agent) -> None:
    customer = await make.customer(email='minjun@example.com')
    chat = await make.chat(agent=agent, customer_id=customer.id)

    await user.open(f'/desk/chats/{chat.id}')

    await user.should_see(WHOLE, retries=20)
    await user.should_see('minjun@example.com')
    await user.should_not_see('보기')


async def test_veil_falls_when_the_chat_ends(
    user: User, make: Make, agent: Agent, services: Services
) -> None:
    customer = await make.customer()
    chat = await make.chat(agent=agent, customer_id=customer.id)
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see(WHOLE, retries=20)

    await services.chats.end(agent, chat.id)

    await user.should_see(MASKED, retries=40)
    await user.should_not_see(WHOLE)


async def test_customers_page_asks_anew_whenever_it_draws(
    user: User, make: Make, agent: Agent, services: Services
) -> None:
    customer = await make.customer(name='이민준', email='minjun@example.com')
    chat = await make.chat(agent=agent, customer_id=customer.id)
    await user.open(f'/desk/customers/{customer.id}')
    await user.should_see(WHOLE, retries=20)
    await services.chats.end(agent, chat.id)
    await user.should_see(MASKED, retries=40)

    edit = CustomerEdit(version=customer.version, name='이민중')
    await services.customer_records.edit(await make.agent(), customer.id, edit)

    await user.should_see('이민중', retries=40)
    await user.should_not_see(WHOLE)
    user.find('고치기').click()
    await user.should_see(EditForm, retries=20)
    assert not shown_by(user, '1234-5678', 'minjun')


async def test_form_that_is_open_hides_numbers_when_the_chat_ends(
    user: User, make: Make, agent: Agent, services: Services
) -> None:
    customer = await make.customer(email='minjun@example.com')
    chat = await make.chat(agent=agent, customer_id=customer.id)
    await user.open(f'/desk/customers/{customer.id}')
    await user.should_see(WHOLE, retries=20)
    user.find('고치기').click()
    await user.should_see(EditForm, retries=20)
    assert shown_by(user, '1234-5678', 'minjun')

    await services.chats.end(agent, chat.id)

    await until(lambda: not shown_by(user, '1234-5678', 'minjun'))


async def test_chat_that_ends_while_its_panel_is_read_leaves_the_veil(
    user: User, make: Make, agent: Agent, services: Services, settings: Settings
) -> None:
    customer = await make.customer()
    chat = await make.chat(agent=agent, customer_id=customer.id)
    db = Database(settings.database_url, pool_size=1)

    async with locked(settings, 'notes'):  # asked before the panel is drawn, and by nothing else
        await user.open(f'/desk/chats/{chat.id}')
        await until_waiting(db, 1)
        await services.chats.end(agent, chat.id)
        await user.should_see('종료된 상담입니다', retries=40)

    await db.close()
    await user.should_see(MASKED, retries=40)
    await user.should_see('이전 상담', retries=40)
    assert not shown_by(user, WHOLE)


async def test_history_veils_its_rows_when_their_chat_ends(
    user: User, make: Make, agent: Agent, services: Services
) -> None:
    customer = await make.customer()
    linked = await make.chat(agent=agent, customer_id=customer.id)
    typed = await make.chat(agent=agent, visitor_phone='01099998888')
    await user.open('/desk/history')
    await user.should_see(WHOLE, retries=100)
    await user.should_see('010-9999-8888')

    for chat in (linked, typed):
        await services.chats.end(agent, chat.id)

    await user.should_see('010-****-8888', retries=40)
    await user.should_see(MASKED, retries=40)
    assert not shown_by(user, WHOLE, '010-9999-8888')


async def test_end_that_nobody_heard_of_is_asked_for_after_a_break(
    user: User, web: FastAPI, make: Make, agent: Agent, settings: Settings
) -> None:
    customer = await make.customer()
    await make.chat(agent=agent, customer_id=customer.id)
    await user.open(f'/desk/customers/{customer.id}')
    await user.should_see(WHOLE, retries=20)
    db = Database(settings.database_url, pool_size=1)
    async with db.statement() as connection:
        await connection.execute(text("UPDATE chat_sessions SET status = 'closed'"))
    await db.close()

    web.state.services.topics.publish(Resync())

    await user.should_see(MASKED, retries=40)
    await user.should_not_see(WHOLE)


def shown_by(user: User, *secrets: str) -> bool:
    """Whether any of these stands anywhere in what a page has sent."""
    sent = ' '.join(str(one.props) for one in user.client.elements.values())
    return any(secret in sent for secret in secrets)


async def test_colleague_says_why_and_sees_it_for_a_short_time(
    user: User,
    make: Make,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(personal, 'REVEAL_SECONDS', 1)
    customer = await make.customer(email='minjun@example.com', other_phones=['0212345678'])
    chat = await make.chat(agent=await make.agent(), customer_id=customer.id)
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see(MASKED, retries=20)
    await user.should_see('02-****-5678')
    await user.should_see('mi***@example.com')
    await user.should_not_see(WHOLE)

    await user.should_see('보기', retries=20)
    user.find('보기').click()
    await user.should_see('보는 사유를 고르세요', retries=20)
    user.find('본인 확인').click()

    await user.should_see(WHOLE, retries=20)
    await user.should_see('02-1234-5678')
    await user.should_see('minjun@example.com')
    await user.should_see('가리기')
    await user.should_see(MASKED, retries=40)
    await user.should_not_see(WHOLE)
    [(details, _)] = await reasons(settings)
    assert '"reason": "identity"' in details


async def test_other_reason_is_asked_for_in_words(
    user: User, make: Make, settings: Settings
) -> None:
    chat = await make.chat(visitor_phone='01012345678')
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see(MASKED, retries=20)

    await user.should_see('보기', retries=20)
    user.find('보기').click()
    await user.should_see('이 사유로 보기', retries=20)
    user.find('이 사유로 보기').trigger('submit', {'why': '택배사에 알려 줌'})
    await user.should_see(WHOLE, retries=20)

    assert [why for _, why in await reasons(settings)] == ['택배사에 알려 줌']


async def test_who_changes_their_mind_sees_nothing(
    user: User, make: Make, settings: Settings
) -> None:
    chat = await make.chat(status=ChatStatus.CLOSED, visitor_phone='01012345678')
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see(MASKED, retries=20)

    await user.should_see('보기', retries=20)
    user.find('보기').click()
    await user.should_see('취소', retries=20)
    user.find('취소').click()

    await user.should_see('보기')
    await user.should_not_see(WHOLE)
    assert await reasons(settings) == []


async def test_supervisor_who_may_write_says_why_too(sign_in: SignIn, make: Make) -> None:
    boss = await sign_in(await make.supervisor())
    customer = await make.customer()
    chat = await make.chat(agent=await make.agent(), customer_id=customer.id)

    await boss.open(f'/desk/chats/{chat.id}')

    await boss.should_see(MASKED, retries=20)
    await boss.should_not_see(WHOLE)


async def test_number_that_is_veiled_is_nowhere_in_the_page(user: User, make: Make) -> None:
    customer = await make.customer(email='minjun@example.com')
    chat = await make.chat(
        agent=await make.agent(), customer_id=customer.id, visitor_phone='01012345678'
    )

    client = await user.open(f'/desk/chats/{chat.id}')

    await user.should_see(MASKED, retries=20)
    sent = ' '.join(str(one.props) for one in client.elements.values())
    assert not any(secret in sent for secret in (WHOLE, '01012345678', 'minjun@'))


async def test_programs_see_numbers_as_people_do(sign_in: SignIn, make: Make) -> None:
    holder, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=holder, visitor_phone='01012345678')
    path = f'/chat/sessions/{chat.id}'

    whole = await (await sign_in(holder)).http_client.get(path)
    masked = await (await sign_in(colleague)).http_client.get(path)

    assert whole.json()['visitor_phone'] == '01012345678'
    assert masked.json()['visitor_phone'] == MASKED
