"""A customer and an agent in front of their screens: what they see and do, by the names they find things by."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.support.make import PASSWORD
from tests.support.until import until

MOST_TABS = 40
"""So many steps of the Tab key lead anywhere on a screen."""


class Screen:
    """One tab of somebody's browser."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    @property
    def log(self) -> Locator:
        """The transcript."""
        return self.page.get_by_role('log', name='대화 내용', exact=True)

    @property
    def box(self) -> Locator:
        """What messages are written in."""
        return self.page.get_by_role('textbox', name='메시지', exact=True)

    @property
    def bubbles(self) -> Locator:
        """The messages of people, oldest first."""
        return self.log.locator('.desk-bubble')

    def button(self, name: str) -> Locator:
        """A button by its whole name."""
        return self.page.get_by_role('button', name=name, exact=True)

    async def reads(self, *texts: str) -> None:
        """Wait until exactly these messages stand in the transcript."""
        await expect(self.bubbles).to_have_text(list(texts))

    async def sees(self, text: str) -> None:
        """Wait until a text can be seen somewhere."""
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def sends(self, text: str) -> None:
        """Write a message and press Enter."""
        await self.box.fill(text)
        await self.box.press('Enter')

    async def tabs_to(self, goal: Locator) -> None:
        """Press Tab until ``goal`` has the focus."""
        for _ in range(MOST_TABS):
            if await goal.count() and await goal.evaluate('it => it === document.activeElement'):
                return
            await self.page.keyboard.press('Tab')
        await expect(goal).to_be_focused()

    async def settles(self) -> None:
        """Wait until the page has heard from the server and is ready for hands."""
        await until(lambda: self.page.evaluate('() => window.did_handshake === true'), seconds=30)


class CustomerScreen(Screen):
    """``/talk`` in a customer's browser."""

    async def begins(self, department: str, *, name: str = '최유진') -> None:
        """Fill in the form and start a chat."""
        await self.page.goto(f'{self.address}/talk')
        await self.page.get_by_label('동의해요').check()
        await self.page.get_by_label('이름').fill(name)
        await self.page.get_by_label('전화번호').fill('010-9876-5432')
        await self.page.get_by_label('문의 유형').select_option(department)
        await self.button('상담 시작').click()
        await expect(self.box).to_be_visible()
        await self.settles()

    async def ends(self) -> None:
        """End the chat."""
        await self.button('상담 종료').click()
        await self.button('종료하기').click()
        await self.sees('상담이 종료되었어요')

    async def resumes(self) -> None:
        """Come back to ``/talk`` and say that the chat is one's own."""
        await self.page.goto(f'{self.address}/talk')
        await self.button('이어서 상담하기').click()
        await expect(self.box).to_be_visible()
        await self.settles()


class DeskScreen(Screen):
    """``/desk`` in an agent's browser."""

    @property
    def rows(self) -> Locator:
        """The inbox's rows."""
        return self.page.get_by_role('list', name='상담 목록').get_by_role('listitem')

    def tab(self, name: str) -> Locator:
        """One of the inbox's three lists."""
        return self.page.get_by_role('tab', name=re.compile(f'^{name}'))

    @property
    def chat_id(self) -> UUID:
        """The chat that the address names."""
        return UUID(urlsplit(self.page.url).path.rsplit('/', 1)[1])

    async def opens(self, chat_id: UUID | None = None) -> None:
        """Open the desk, or a chat in it."""
        path = f'/desk/chats/{chat_id}' if chat_id else '/desk'
        await self.page.goto(f'{self.address}{path}')
        await self.settles()
        await expect(self.box if chat_id else self.tab('대기')).to_be_visible()

    async def takes(self, name: str) -> None:
        """Take a waiting chat by its row."""
        await self.tab('대기').click()
        await self.rows.filter(has_text=name).get_by_role('button', name='수락').click()
        await expect(self.button('상담 종료')).to_be_visible()


@dataclass(frozen=True)
class Centre:
    """A desk's address, and the ways to get in."""

    address: str

    async def sign_in(self, context: BrowserContext, username: str) -> None:
        """Sign a browser in, past the form."""
        answer = await context.request.post(
            f'{self.address}/auth/login',
            form={'username': username, 'password': PASSWORD},
            headers={'Origin': self.address},
            max_redirects=0,
        )
        assert answer.status == 303, await answer.text()

    async def desk(self, context: BrowserContext) -> DeskScreen:
        """Give an agent's next tab."""
        return DeskScreen(await context.new_page(), self.address)

    async def talk(self, context: BrowserContext) -> CustomerScreen:
        """Give a customer's next tab."""
        return CustomerScreen(await context.new_page(), self.address)
