"""Pictures of the customer's other ways (messages at night, a crowded queue), of files that are kept, of 이용 제한 and of the first day."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from uuid import uuid4

from PIL import Image
from playwright.async_api import APIRequestContext, FilePayload, FrameLocator, Page

from desk.sandbox.shop import Shop, opened
from models import EVERYWHERE, SettingKind
from services.settings.sites import FIELD
from tests.support.browser.people import CustomerScreen, DeskScreen
from tests.support.browser.studio import Studio

CLOSED_QUEUE, CROWDED_QUEUE = '기술지원', '결제·환불'
LONG_FILE = '2026년 11월 배송 지연 건에 대한 고객 제출 증빙 사진과 택배사 회신 모음 (최종본).png'
NEVER = {
    'is_limited': 'yes',
    **dict.fromkeys(('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), ''),
}


class Office:
    """What an administrator changes for a picture, by the desk's API, and takes back."""

    def __init__(self, asked: APIRequestContext, address: str) -> None:
        self._asked, self._address = asked, address
        self._headers = {'Origin': address}

    async def queue(self, name: str) -> dict[str, object]:
        """Return a queue as it is now."""
        answer = await self._asked.get(f'{self._address}/queues')
        [found] = [one for one in (await answer.json())['items'] if one['name'] == name]
        return dict(found)

    async def crowds(self, name: str, most_waiting: int | None) -> None:
        """Set from how many waiting customers on a queue is crowded."""
        queue = await self.queue(name)
        given = {'version': queue['version'], 'most_waiting': most_waiting}
        await self._changes(f'/queues/{queue["id"]}', given)

    async def opens(self, name: str, hours: dict[str, str]) -> None:
        """Set the hours of a queue."""
        path = f'/settings/hours/{(await self.queue(name))["id"]}'
        known = await (await self._asked.get(f'{self._address}{path}')).json()
        await self._changes(path, {'version': known['version'], 'values': hours})

    async def allows(self, site: str) -> None:
        """Let one other site, and no further one, show the chat."""
        path = f'/settings/{SettingKind.SITES}/{EVERYWHERE}'
        known = await (await self._asked.get(f'{self._address}{path}')).json()
        await self._changes(path, {'version': known['version'], 'values': {FIELD: site}})

    async def _changes(self, path: str, given: dict[str, object]) -> None:
        answer = await self._asked.patch(
            f'{self._address}{path}', data=given, headers=self._headers
        )
        assert answer.ok, await answer.text()


@asynccontextmanager
async def office(studio: Studio) -> AsyncIterator[Office]:
    """Give an administrator's hand."""
    async with studio.person('admin1') as context:
        yield Office(context.request, studio.centre.address)


async def left_messages(studio: Studio) -> None:
    """Outside the hours: the form says when it opens, a message is left, and the agents see that it waits."""
    async with office(studio) as desk, studio.person() as visitor, studio.person('agent7') as staff:
        await desk.opens(CLOSED_QUEUE, NEVER | {'dates': '2027-01-04 09:00-18:00'})
        page = await visitor.new_page()
        await _fills_in(studio, page, CLOSED_QUEUE)
        await page.locator('.talk-form > button').last.click()
        await page.locator('#body').wait_for()
        await studio.take(page, 'talk-closed')
        await page.locator('#body').fill('이어폰 한쪽에서 소리가 안 나요. 교환하고 싶어요.')
        await page.locator('button[value=leave]').click()
        await page.locator('.talk-form #body').wait_for(state='detached')
        await studio.take(page, 'talk-left')
        agents = DeskScreen(await staff.new_page(), studio.centre.address)
        await agents.page.goto(f'{studio.centre.address}/desk')
        await agents.settles()
        await studio.reaches_list(agents.page)
        await agents.page.keyboard.press('1')
        await agents.page.locator('.desk-left-list button, .desk-left-list summary').first.click()
        await studio.take(agents.page, 'desk-left-messages')
        await desk.opens(CLOSED_QUEUE, {'is_limited': 'no'})


async def crowded(studio: Studio) -> None:
    """A crowded queue: the choice before the chat, and the same for somebody who waits already."""
    async with office(studio) as desk, studio.person() as visitor:
        await desk.crowds(CROWDED_QUEUE, 1)
        page = await visitor.new_page()
        await _fills_in(studio, page, CROWDED_QUEUE)
        await page.locator('.talk-form > button').last.click()
        await page.locator('.talk-crowded').wait_for()
        await studio.take(page, 'talk-crowded')
        await desk.crowds(CROWDED_QUEUE, None)
        await page.locator('button[value=wait]').click()
        talk = CustomerScreen(page, studio.centre.address)
        await talk.page.locator('.talk-queue strong').wait_for()
        await talk.settles()
        await page.wait_for_timeout(2_500)  # until the desk has seen that it is crowded no more
        await desk.crowds(CROWDED_QUEUE, 1)
        await page.locator('.talk-ways-choices button').first.wait_for()
        await studio.take(page, 'talk-ways')
        await page.locator('.talk-ways-choices button').last.click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'talk-ways-message')
        await page.get_by_role('dialog').locator('textarea').fill('환불이 언제 되는지 알려 주세요.')
        await page.get_by_role('dialog').locator('[type=submit]').click()
        await page.get_by_role('dialog').wait_for(state='detached')
        await studio.take(page, 'talk-ways-left')
        await desk.crowds(CROWDED_QUEUE, None)
        await page.locator('.talk-head button.talk-button').click()
        await page.locator('.talk-card .talk-danger').click()
        await page.locator('.talk-ended').wait_for()


async def called_back(studio: Studio) -> None:
    """A crowded queue of a desk that calls back, on a page of the desk's and on another site."""
    async with office(studio) as desk, studio.person() as visitor, studio.person() as shopper:
        await desk.crowds(CROWDED_QUEUE, 1)
        page = await visitor.new_page()
        await _fills_in(studio, page, CROWDED_QUEUE)
        await page.locator('.talk-form > button').last.click()
        await page.locator('button[value=call]').wait_for()
        await studio.take(page, 'talk-crowded-calls')
        await page.locator('button[value=call]').click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'talk-callback')
        await page.get_by_role('dialog').locator('[type=submit]').click()
        await page.get_by_role('dialog').wait_for(state='detached')
        await studio.take(page, 'talk-callback-asked')
        await page.locator('.talk-head button.talk-button').click()
        await page.locator('.talk-card .talk-danger').click()
        with opened(Shop(desk=studio.centre.address, language=studio.language)) as port:
            await desk.allows(f'http://localhost:{port}')
            await _on_another_site(studio, desk, await shopper.new_page(), port)
        await desk.crowds(CROWDED_QUEUE, None)


async def _on_another_site(studio: Studio, desk: Office, page: Page, port: int) -> None:
    """The same choice in the frame on another site: before the chat, and for somebody who waits already."""
    await page.goto(f'http://localhost:{port}/cart')
    launcher = page.get_by_role(
        'button', name='상담하기' if studio.language == 'ko' else 'Chat with us'
    )
    await launcher.wait_for()
    await studio.take(page, 'widget-button')
    await launcher.click()
    chat = page.frame_locator('iframe')
    await chat.locator('#consent').wait_for()
    await studio.take(page, 'widget-form')
    await _fills(chat, CROWDED_QUEUE)
    await chat.locator('.talk-form > button').last.click()
    await chat.locator('.talk-crowded').wait_for()
    await studio.take(page, 'widget-crowded')
    await desk.crowds(CROWDED_QUEUE, None)
    await chat.locator('button[value=wait]').click()
    await chat.locator('.talk-queue strong').wait_for()
    await page.wait_for_timeout(2_500)  # until the desk has seen that it is crowded no more
    await desk.crowds(CROWDED_QUEUE, 1)
    await chat.locator('.talk-ways-choices button').first.wait_for()
    await studio.take(page, 'widget-ways')
    await chat.locator('.talk-callback button').first.click()
    await chat.get_by_role('dialog').wait_for()
    await studio.take(page, 'widget-callback')
    await page.keyboard.press('Escape')
    await chat.get_by_role('dialog').wait_for(state='detached')
    await chat.locator('.talk-head button.talk-button').click()
    await chat.locator('.talk-card .talk-danger').click()
    await chat.locator('.talk-ended').wait_for()


async def _fills_in(studio: Studio, page: Page, department: str) -> None:
    await page.goto(f'{studio.centre.address}/talk')
    await _fills(page, department)


async def _fills(form: Page | FrameLocator, department: str) -> None:
    await form.locator('#consent').check()
    await form.locator('#name').fill('최유진')
    await form.locator('#phone').fill('010-9876-5432')
    await form.locator('#department').select_option(department)


async def restriction(studio: Studio) -> None:
    """이용 제한 beside a conversation: what it asks, and what is missing."""
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk')
        await studio.reaches_list(page)
        await page.locator('.desk-scope-choice').nth(1).click()
        await page.keyboard.press('2')
        await page.locator('.desk-row-open').first.click()
        if studio.size == 'phone':
            await page.keyboard.press('c')
        name = '이용 제한' if studio.language == 'ko' else 'Restriction'
        await page.get_by_role('button', name=name, exact=True).last.click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'restriction')
        await page.get_by_role('dialog').locator('input').first.fill('400')
        await page.get_by_role('dialog').locator('.desk-primary').click()
        await studio.take(page, 'restriction-refused')


async def first_day(studio: Studio) -> None:
    """A new agent's first sign-in: sound, notifications and microphone."""
    name = f'first-{studio.size}-{studio.theme}-{studio.language}'
    async with studio.person('admin1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/settings/people')
        await page.locator('.desk-settings-head button').click()
        link = await studio.invites(page, '남궁', '하윤', name)
    async with studio.person() as context:
        page = await context.new_page()
        await page.goto(link)
        for field in ('#password', '#repeated'):
            await page.locator(field).fill('only-hayun-knows-it')
        await page.keyboard.press('Enter')
        await page.goto(f'{studio.centre.address}/login')
        await page.locator('#username').fill(name)
        await page.locator('#password').fill('only-hayun-knows-it')
        await page.keyboard.press('Enter')
        await page.locator('.desk-first-checks').wait_for()
        await studio.take(page, 'first-sign-in')


async def kept_files(studio: Studio) -> None:
    """Files on a customer, and those of a canned reply, with a long name among them; the administrator has no softphone."""
    async with studio.person('admin1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/customers')
        await page.locator('.desk-table tbody a').first.click()
        await page.locator('.desk-entry').first.wait_for()
        await page.locator('input[type=file]').first.set_input_files(_pictures())
        await page.get_by_role('link', name=LONG_FILE).first.wait_for()
        await page.get_by_role('link', name=LONG_FILE).first.evaluate('one => one.scrollIntoView()')
        await studio.take(page, 'customer-files')
        await page.goto(f'{studio.centre.address}/desk/replies')
        await page.locator('.desk-settings-name').first.click()
        await page.locator('.desk-settings-side .desk-button').first.wait_for()
        await page.locator('.desk-settings-side input[type=file]').set_input_files(_pictures())
        await page.get_by_role('link', name=LONG_FILE).first.wait_for()
        await studio.take(page, 'replies-files')
    async with studio.person('agent1') as context:
        await _inserts_with_files(studio, await context.new_page())


async def _inserts_with_files(studio: Studio, page: Page) -> None:
    """A canned reply with files in the list over the reply box, then in the box."""
    replies, asked = f'{studio.centre.address}/canned-replies', page.context.request
    headers = {'Origin': studio.centre.address}
    made = await asked.post(replies, data={'title': '오시는 길', 'body': '약도와 사진을 보내 드려요.'}, headers=headers)  # fmt: skip
    for one in _pictures():
        where = f'{replies}/{(await made.json())["id"]}/files/{uuid4()}?name={one["name"]}'
        assert (await asked.put(where, data=one['buffer'], headers=headers)).ok
    await page.goto(f'{studio.centre.address}/desk')
    desk = page.frame_locator('#desk')
    await desk.locator('.desk-row').first.wait_for()
    await desk.get_by_role('tab').nth(1).click()
    await desk.locator('.desk-row-open').first.click()
    box = desk.locator('.desk-reply-text:visible')
    await box.fill('/오시는')
    await desk.get_by_role('option').first.wait_for()
    await studio.take(page, 'replies-list-files')
    await box.press('Enter')
    await desk.get_by_text(LONG_FILE).last.wait_for()
    await studio.take(page, 'replies-chosen-files')
    await box.fill('')


def _pictures() -> list[FilePayload]:
    made = BytesIO()
    Image.new('RGB', (320, 200), '#7aa5d8').save(made, 'PNG')
    return [FilePayload(name=name, mimeType='image/png', buffer=made.getvalue()) for name in (LONG_FILE, '현관.png')]  # fmt: skip
