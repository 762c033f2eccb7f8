"""A whole contact in Korean and in English, by keys and accessible names alone: rung, taken, answered, handed over, wrapped up."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.async_api import BrowserContext, FilePayload, Locator, expect

from desk.sandbox import BackingUrls
from models import Agent, QueueMode
from services.registry import Services
from tests.browser.conftest import Contexts
from tests.browser.test_wrap_up import category
from tests.support import objects
from tests.support.browser import live
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, DeskScreen
from tests.support.browser.talking import seat_colleague
from tests.support.make import Make

ENGLISH = {
    '새 상담': 'New chat',
    '메시지': 'Message',
    '주문번호': 'Order number',
    '내부 메모': 'Private note',
    '파일 보내기': 'Send a file',
    '호전환': 'Transfer',
    '상담원에게': 'To an agent',
    '사유': 'Reason',
    '대화 내용': 'Conversation',
    '상담을 종료할까요?': 'End this chat?',
    '종료하기': 'End it',
    '후처리': 'Wrap-up',
    '요약': 'Summary',
}
"""What the desk calls things to a reader of English."""
FILE = '안내문.txt'


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is typed and kept in one language."""

    locale: str
    reply: str
    looked_up: str
    order: str
    answer: str
    note: str
    reason: str
    going_on: str
    categories: tuple[str, str, str]
    letters: str
    summary: str

    def name(self, korean: str) -> str:
        """Return the accessible name of what is called so in Korean."""
        return ENGLISH[korean] if self.locale.startswith('en') else korean


KOREAN = Words(
    locale='ko-KR',
    reply='{고객명}님 주문 {{주문번호}}을 봤어요',
    looked_up='ㅈㅁ',
    order='A-12',
    answer='정하윤님 주문 A-12을 봤어요',
    note='어제도 물어보신 분',
    reason='환불 담당',
    going_on='이어서 도와 드릴게요',
    categories=('배송', '지연', '택배사 지연'),
    letters='ㅌㅂㅅ',
    summary='내일 도착한다고 안내함',
)
IN_ENGLISH = Words(
    locale='en-US',
    reply='{고객명}, I have your order {{Order number}}',
    looked_up='order',
    order='A-12',
    answer='정하윤, I have your order A-12',
    note='asked the same yesterday',
    reason='knows refunds',
    going_on='I will help you from here',
    categories=('Delivery', 'Delay', 'Late courier'),
    letters='cour',
    summary='told that it comes tomorrow',
)


@pytest.fixture(scope='module')
def standing_desk(
    backing: BackingUrls, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveDesk]:
    """A desk with a bucket for both tellings: files need one."""
    home = tmp_path_factory.mktemp('whole')
    with (
        objects.running(home / 'objects') as address,
        live.database(backing, template, home) as settings,
        live.served(
            settings.model_copy(
                update={'files_bucket': objects.BUCKET, 'aws_endpoint_url_s3': address}
            ),
            home / 'errors.log',
        ) as desk,
    ):
        yield desk


@pytest.mark.parametrize('words', [KOREAN, IN_ENGLISH], ids=['korean', 'english'])
async def test_whole_contact_by_keys_and_names_alone(
    words: Words,
    centre: Centre,
    person: Contexts,
    make: Make,
    services: Services,
    agent: Agent,
) -> None:
    await make.queue(name=agent.department, department=agent.department, mode=QueueMode.PUSH)
    leaf = await category(services, make, agent, *words.categories)
    values = {'title': '주문 order', 'body': words.reply}
    await services.canned_replies.add(agent, values)
    context = await person(locale=words.locale)
    await centre.sign_in(context, agent.username)
    desk = Reader(await centre.desk(context), words)
    await desk.opens()

    talk = await centre.talk(await person())
    await talk.begins(agent.department, name='정하윤')
    await talk.sends('안녕하세요')
    await desk.takes_what_rings()
    await desk.answers_with_a_reply()
    await talk.reads('안녕하세요', words.answer)
    await desk.notes()
    await desk.sends_a_file()
    await talk.reads('안녕하세요', words.answer, FILE)
    colleague = await _seat(agent, centre, await person(locale=words.locale), make, words)
    await desk.asks_to_take_over()
    await colleague.takes_over()
    await talk.reads('안녕하세요', words.answer, FILE, words.going_on)
    chat_id = colleague.screen.chat_id
    await colleague.ends()
    await talk.sees('상담이 종료되었어요')
    await colleague.wraps_up()

    done = await services.wrap_ups.of_contact(chat_id)
    assert done
    assert done.done_at
    assert (done.category_id, done.summary) == (leaf.id, words.summary)
    for kept in (words.note, words.reason, words.summary):
        assert kept not in await talk.page.content()


async def _seat(
    agent: Agent, centre: Centre, context: BrowserContext, make: Make, words: Words
) -> 'Reader':
    """Let the colleague look at the desk in the same language."""
    colleague = Reader(await seat_colleague(agent, centre, context, make), words)
    await colleague.opens()
    return colleague


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody at the desk in one language, who has keys and names alone."""

    screen: DeskScreen
    words: Words

    def named(self, role: str, korean: str) -> Locator:
        """Return what has the role, and the name that this reader knows."""
        name = self.words.name(korean)
        return self.screen.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]  # a role of ARIA

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.screen.page.keyboard.press(key)

    async def types(self, text: str) -> None:
        await self.screen.page.keyboard.type(text)

    async def opens(self) -> None:
        self.screen.page.on(
            'filechooser', lambda _: None
        )  # heard from here on: a press may outrun who begins late
        await self.screen.page.goto(f'{self.screen.address}/desk')
        await self.screen.settles()

    async def takes_what_rings(self) -> None:
        ringing = self.named('alertdialog', '새 상담')
        await expect(ringing).to_contain_text('정하윤')
        await self.press('a')
        await expect(ringing).to_have_count(0)
        await expect(self.named('textbox', '메시지')).to_be_focused()

    async def answers_with_a_reply(self) -> None:
        """Find a reply by letters, fill its blank in, and send it."""
        await self.types(f'/{self.words.looked_up}')
        await expect(self.screen.page.get_by_role('option', name='주문 order')).to_be_visible()
        await self.press('Enter')
        await expect(self.named('textbox', '주문번호')).to_be_focused()
        await self.types(self.words.order)
        await self.press('Enter')
        await expect(self.named('textbox', '메시지')).to_have_value(self.words.answer)
        await self.press('Enter')
        await self.hears(self.words.answer)

    async def notes(self) -> None:
        """Write what only colleagues read; Enter in it sends nothing."""
        await self.press('Escape', 'o')
        await expect(self.named('textbox', '내부 메모')).to_be_focused()
        await self.types(self.words.note)
        await self.press('Control+Enter')
        await expect(self.named('log', '대화 내용').get_by_role('note')).to_contain_text(
            self.words.note
        )

    async def sends_a_file(self) -> None:
        """Go back from the box to the button beside it, and choose a file."""
        await self.press('Escape', 'r')
        await expect(self.named('textbox', '메시지')).to_be_focused()
        button = self.named('button', '파일 보내기')
        for _ in range(4):
            if await button.evaluate('it => it === document.activeElement'):
                break
            await self.press('Shift+Tab')
        await expect(button).to_be_focused()
        # It is heard from here on: Enter may outrun who begins to listen with the press.
        self.screen.page.on('filechooser', lambda _: None)
        async with self.screen.page.expect_file_chooser() as chooser:
            await self.press('Enter')
        file: FilePayload = {'name': FILE, 'mimeType': 'text/plain', 'buffer': b'by parcel'}
        await (await chooser.value).set_files(file)
        await self.hears(FILE)

    async def asks_to_take_over(self) -> None:
        """Ask the colleague who stands first, and say why."""
        await self.press('t')
        await expect(self.named('radio', '상담원에게')).to_be_focused()
        await self.screen.tabs_to(self.screen.page.get_by_role('dialog').get_by_label(self.words.name('사유')))  # fmt: skip
        await self.types(self.words.reason)
        await self.press('Enter')
        await expect(self.screen.page.get_by_role('dialog')).to_have_count(0)

    async def takes_over(self) -> None:
        """Read why, accept, read what was written before, and go on."""
        card = self.named('alertdialog', '호전환')
        await expect(card).to_contain_text(self.words.reason)
        await self.press('a')
        for text in (self.words.answer, self.words.note, FILE):
            await self.hears(text)
        await expect(self.named('textbox', '메시지')).to_be_focused()
        await self.types(self.words.going_on)
        await self.press('Enter')

    async def ends(self) -> None:
        await self.press('Escape', 'e')
        await expect(self.named('dialog', '상담을 종료할까요?')).to_be_visible()
        await expect(self.named('button', '종료하기')).to_be_focused()
        await self.press('Enter')

    async def wraps_up(self) -> None:
        """Choose a 상담 분류 by letters, sum up, and be done."""
        panel = self.named('region', '후처리')
        await expect(panel.get_by_role('combobox')).to_be_focused()
        await self.types(self.words.letters)
        name = ' > '.join(self.words.categories)
        await expect(self.screen.page.get_by_role('option', name=name)).to_be_visible()
        await self.press('ArrowDown', 'Enter')
        await expect(panel).to_contain_text(name)
        await expect(self.named('textbox', '요약')).to_be_focused()
        await self.types(self.words.summary)
        await self.press('Control+Enter')
        await expect(panel).to_have_count(0)

    async def hears(self, text: str) -> None:
        """Find a text in the transcript."""
        await expect(self.named('log', '대화 내용').get_by_text(text).first).to_be_visible()
