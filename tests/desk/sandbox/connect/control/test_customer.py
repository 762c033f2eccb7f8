"""A customer by the unmodified amazon-connect-chatjs in Chromium; the agent is played by the hand and by boto3."""

from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
import websockets
from playwright.async_api import Page

from desk.sandbox.connect.world.room import TYPING
from desk.settings import Settings
from tests.desk.sandbox.connect.test_chats import read_until, subscribe
from tests.support.browser import one_loop
from tests.support.sandbox.box import Box
from tests.support.softphone.host import desk_pages
from tests.support.until import until

REGION = 'ap-northeast-2'
FILE = '반품 안내'.encode()
DOWNLOAD = """async (attachmentId) => (await chat.downloadAttachment({attachmentId})).text()"""
TYPE = "chat.sendEvent({contentType: 'application/vnd.amazonaws.connect.event.typing'})"  # TYPING


class Customer:
    """A customer's tab, in a chat that agent1 has taken."""

    def __init__(self, box: Box, page: Page, address: str) -> None:
        self.box, self.page, self._address = box, page, address
        box.sign_in(auto_accept=True)
        self.chat = box.start_chat()
        self.contact_id = str(self.chat['ContactId'])

    async def comes(self) -> None:
        await self.page.goto(f'{self._address}/customer')
        details = {
            'contactId': self.contact_id,
            'participantId': self.chat['ParticipantId'],
            'participantToken': self.chat['ParticipantToken'],
        }
        await self.page.evaluate('joinAsCustomer', [self.box.url, REGION, details])

    async def hears(self, **wanted: Any) -> None:
        """Wait until something like this was said."""

        async def was_said() -> bool:
            said = await self.page.evaluate('said')
            return any(wanted.items() <= each.items() for each in said)

        await until(was_said, seconds=20)

    async def listens_again(self) -> None:
        """Wait until the socket brings something: it is open a moment before it is asked for the chat's lines."""

        async def sees_typing() -> bool:
            self.box.hand('POST', f'contacts/{self.contact_id}/type', role='AGENT')
            return any(each['kind'] == 'typing' for each in await self.page.evaluate('said'))

        await until(sees_typing, seconds=20)

    def agent_token(self) -> str:
        return self.box.token_of(self.box.act('token', self.contact_id)['token'])

    def agent_socket(self) -> str:
        answer = self.box.chat.create_participant_connection(
            ParticipantToken=self.box.act('token', self.contact_id)['token'], Type=['WEBSOCKET']
        )
        return str(answer['Websocket']['Url'])

    def agent_says(self, text: str) -> None:
        self.box.hand('POST', f'contacts/{self.contact_id}/say', role='AGENT', text=text)

    def agent_sends(self, name: str, content: bytes) -> str:
        """Let the agent send a file; return its id."""
        token = self.agent_token()
        started = self.box.chat.start_attachment_upload(
            ConnectionToken=token,
            ContentType='text/plain',
            AttachmentSizeInBytes=len(content),
            AttachmentName=name,
            ClientToken=str(uuid4()),
        )
        self.box.put(started['UploadMetadata'], content)
        attachment_id = str(started['AttachmentId'])
        self.box.chat.complete_attachment_upload(
            ConnectionToken=token, AttachmentIds=[attachment_id], ClientToken=str(uuid4())
        )
        return attachment_id

    def lines(self) -> list[dict[str, Any]]:
        answer = self.box.chat.get_transcript(
            ConnectionToken=self.agent_token(), SortOrder='ASCENDING', MaxResults=100
        )
        return list(answer['Transcript'])


@pytest.fixture(scope='session')
def pages(running: Box) -> Iterator[str]:
    """Where the customer's page is, with the library as npm has it."""
    with desk_pages(Settings().desk_home, running.url) as address:
        yield address


@one_loop.fixture()
async def customer(box: Box, page: Page, pages: str) -> Customer:
    customer = Customer(box, page, pages)
    await customer.comes()
    return customer


async def test_messages_typing_and_receipts_go_both_ways(customer: Customer) -> None:
    await customer.page.evaluate('say("주문이 안 왔어요")')
    customer.agent_says('확인해 보겠습니다')
    await customer.hears(kind='message', role='AGENT', text='확인해 보겠습니다')
    customer.box.hand('POST', f'contacts/{customer.contact_id}/type', role='AGENT')
    await customer.hears(kind='typing', role='AGENT')
    async with websockets.connect(customer.agent_socket()) as agent:
        await subscribe(agent)
        await customer.page.evaluate(TYPE)
        typed = await read_until(agent, 'aws/chat', ContentType=TYPING)
    [answer] = [line for line in customer.lines() if line.get('Content') == '확인해 보겠습니다']

    await customer.page.evaluate('read', answer['Id'])

    def was_read() -> bool:
        [line] = [line for line in customer.lines() if line['Id'] == answer['Id']]
        receipts = line.get('MessageMetadata', {}).get('Receipts', [])
        return any('ReadTimestamp' in each for each in receipts)

    await until(was_read, seconds=20)
    said = customer.box.hand('GET', f'contacts/{customer.contact_id}')['said']
    assert typed['ParticipantRole'] == 'CUSTOMER'
    assert [line['text'] for line in said] == ['주문이 안 왔어요', '확인해 보겠습니다']


async def test_files_go_both_ways(customer: Customer) -> None:
    attachment_id = customer.agent_sends('반품안내.txt', FILE)
    await customer.hears(kind='message', role='AGENT', file='반품안내.txt')

    content = await customer.page.evaluate(DOWNLOAD, attachment_id)
    await customer.page.evaluate('send("영수증.txt", "3,000원")')
    await customer.hears(kind='message', role='CUSTOMER', file='영수증.txt')

    [mine] = [line for line in customer.lines() if line['ParticipantRole'] == 'CUSTOMER'][-1:]
    url = customer.box.chat.get_attachment(
        ConnectionToken=customer.agent_token(),
        AttachmentId=mine['Attachments'][0]['AttachmentId'],
    )['Url']
    assert content == FILE.decode()
    with urlopen(url, timeout=5) as response:  # noqa: ASYNC210 - nothing else goes on
        assert response.read().decode() == '3,000원'


async def test_customer_whose_socket_was_cut_comes_back_and_misses_nothing(
    customer: Customer,
) -> None:
    customer.box.hand('DELETE', 'sockets')
    customer.agent_says('끊긴 사이에')

    await customer.hears(kind='lost')
    await customer.listens_again()
    customer.agent_says('다시 연결되셨네요')
    await customer.hears(kind='message', text='다시 연결되셨네요')

    assert await customer.page.evaluate('transcript()') == ['끊긴 사이에', '다시 연결되셨네요']


async def test_page_that_is_loaded_anew_goes_on_in_the_same_chat(customer: Customer) -> None:
    await customer.page.evaluate('say("새로 고치기 전")')

    await customer.comes()
    await customer.page.evaluate('say("새로 고친 뒤")')

    await customer.hears(kind='message', role='CUSTOMER', text='새로 고친 뒤')
    assert await customer.page.evaluate('transcript()') == ['새로 고치기 전', '새로 고친 뒤']
    assert customer.box.stage_with() == {customer.contact_id: 'CONNECTED'}


async def test_agent_ends_the_chat(customer: Customer) -> None:
    customer.box.act('end', customer.contact_id)

    await customer.hears(kind='ended')
    assert customer.box.stage_with() == {customer.contact_id: 'ENDED'}


async def test_customer_ends_the_chat(customer: Customer) -> None:
    await customer.page.evaluate('chat.disconnectParticipant()')

    await customer.hears(kind='ended')
    contact = customer.box.hand('GET', f'contacts/{customer.contact_id}')
    assert contact['reason'] == 'CUSTOMER_DISCONNECT'
