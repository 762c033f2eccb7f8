"""A chat by Amazon's own libraries at both ends: ChatJS at the customer's, the softphone with ChatJS at the agent's."""

from typing import Any

from playwright.async_api import Page

from tests.browser.conftest import Contexts
from tests.browser.softphone.conftest import Phones
from tests.support.browser import one_loop
from tests.support.sandbox.box import Box
from tests.support.softphone.phone import Phone, refusal, until

REGION = 'ap-northeast-2'


@one_loop.fixture()
async def agent(desk_of: Phones, box: Box) -> Phone:
    """An agent with ChatJS beside the softphone."""
    phone = await desk_of(name='chat-desk')
    await phone.page.evaluate(
        '(endpoint) => connect.ChatSession.setGlobalConfig({endpoint})', box.url
    )
    return phone


async def customer_of(box: Box, desk_url: str, person: Contexts) -> tuple[str, Page]:
    """Let a customer begin a chat; its id and their tab."""
    chat = box.start_chat()
    page = await (await person()).new_page()
    await page.goto(f'{desk_url}/customer')
    details = {
        'contactId': chat['ContactId'],
        'participantId': chat['ParticipantId'],
        'participantToken': chat['ParticipantToken'],
    }
    await page.evaluate('joinAsCustomer', [box.url, REGION, details])
    return str(chat['ContactId']), page


async def hears(page: Page, **wanted: Any) -> None:
    """Wait until something like this was said in the chat."""

    async def was_said() -> bool:
        said = await page.evaluate('said')
        return any(all(each.get(k) == v for k, v in wanted.items()) for each in said)

    await until(was_said)


async def test_chat_from_its_ring_to_its_end(
    agent: Phone, box: Box, desk_url: str, person: Contexts
) -> None:
    contact_id, customer = await customer_of(box, desk_url, person)
    await agent.shows(contact_id, 'connecting')
    assert await agent.state() == '상담 가능'  # a chat leaves the state as it was chosen
    await agent.page.evaluate(
        'joinAsAgent', contact_id
    )  # the library does so before the chat is taken
    assert 'AGENT' not in {
        each['role'] for each in await customer.evaluate('said') if 'role' in each
    }

    await agent.on_contact('accept', contact_id)
    await agent.shows(contact_id, 'connected')
    await customer.evaluate('say("주문이 안 왔어요")')
    await hears(agent.page, kind='message', role='CUSTOMER', text='주문이 안 왔어요')
    await agent.page.evaluate('type()')
    await hears(customer, kind='typing', role='AGENT')
    answer = await agent.page.evaluate('say("확인해 보겠습니다").then((a) => a.data.Id)')
    await hears(customer, kind='message', role='AGENT', text='확인해 보겠습니다')
    await customer.evaluate('read', answer)
    await hears(agent.page, kind='read', of=answer)
    await customer.evaluate('send("영수증.txt", "3,000원")')
    await hears(agent.page, kind='message', role='CUSTOMER', file='영수증.txt')
    assert await agent.page.evaluate('transcript()') == ['주문이 안 왔어요', '확인해 보겠습니다']
    await agent.on_leg('destroy', contact_id, 'agent')

    await hears(customer, kind='ended')
    await agent.shows(contact_id, 'ended')
    assert box.stage_with() == {contact_id: 'ENDED'}
    await agent.on_contact('clear', contact_id)
    await agent.shows(contact_id, 'gone')


async def test_customer_leaves_the_chat(
    agent: Phone, box: Box, desk_url: str, person: Contexts
) -> None:
    contact_id, customer = await customer_of(box, desk_url, person)
    await agent.shows(contact_id, 'connecting')
    await agent.on_contact('accept', contact_id)
    await agent.shows(contact_id, 'connected')
    await agent.page.evaluate('joinAsAgent', contact_id)

    await customer.evaluate('chat.disconnectParticipant()')

    await hears(agent.page, kind='ended')
    await agent.shows(contact_id, 'ended')


async def test_rejected_chat_is_rejected(
    agent: Phone, box: Box, desk_url: str, person: Contexts
) -> None:
    contact_id, _ = await customer_of(box, desk_url, person)
    await agent.shows(contact_id, 'connecting')

    await agent.on_contact('reject', contact_id)

    await agent.shows(contact_id, 'rejected')
    state = f'connectionOf("{contact_id}", "agent").getState().type'
    assert await agent.page.evaluate(state) == 'rejected'
    assert box.stage_with() == {contact_id: 'REJECTED'}
    assert await agent.state() == '상담 가능'


async def test_both_come_back_after_their_sockets_were_cut(
    agent: Phone, box: Box, desk_url: str, person: Contexts
) -> None:
    contact_id, customer = await customer_of(box, desk_url, person)
    await agent.shows(contact_id, 'connecting')
    await agent.on_contact('accept', contact_id)
    await agent.shows(contact_id, 'connected')
    await agent.page.evaluate('joinAsAgent', contact_id)

    box.hand('DELETE', 'sockets')
    await hears(customer, kind='lost')
    await hears(customer, kind='established')
    await agent.hears('onWebSocketConnectionGained')
    await customer.evaluate('say("다시 연결됐어요")')

    await hears(agent.page, kind='message', role='CUSTOMER', text='다시 연결됐어요')


async def test_chat_that_nobody_takes_is_an_error_while_the_customer_waits(
    agent: Phone, box: Box, desk_url: str, person: Contexts
) -> None:
    contact_id, _ = await customer_of(box, desk_url, person)
    await agent.shows(contact_id, 'connecting')

    box.advance(20)

    await agent.shows(contact_id, 'error')
    assert await agent.legs(contact_id) == {'agent': 'disconnected', 'customer': 'connected'}
    assert 'onMissed' in await agent.events(contact_id)
    assert 'onError' not in await agent.events()  # the agent's state stays


async def test_task_is_taken_ended_and_completed(phone: Phone, box: Box) -> None:
    contact_id = box.start_task()
    await phone.shows(contact_id, 'connecting')

    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')
    assert await phone.state() == '상담 가능'
    assert await refusal(phone.on_contact('complete', contact_id)) == 'InvalidStateException'
    own = (await phone.see())['contacts'][contact_id]['ids'][0]  # the library reads it with TaskJS
    await phone.do(
        f'connect.core.getClient().call("destroyConnection",'
        f' {{contactId: "{contact_id}", connectionId: "{own}"}}, callbacks)'
    )
    await phone.shows(contact_id, 'ended')
    await phone.on_contact('complete', contact_id)

    await phone.shows(contact_id, 'gone')
    assert box.told(contact_id)[-1] == 'COMPLETED'
