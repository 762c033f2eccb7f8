"""Files between a customer and an agent: picked, dropped and pasted, seen as they are named, saved by the other side."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import FilePayload, Page, expect

from desk.db import Database
from desk.sandbox import BackingUrls
from models import Agent
from tests.browser.conftest import Contexts
from tests.support import objects, pictures
from tests.support.browser import live, one_loop
from tests.support.browser.counting import CountingKeys
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.make import Make
from tests.support.pictures import PNG

MOST_KEYS = 4
"""To send a file: into the box, back to the button, and its choice."""
HAND_OVER = """([kind, name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: 'text/plain' }));
  const box = document.querySelector('.desk-reply-text');
  const event = kind === 'paste'
    ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
  box.dispatchEvent(event);
}"""


@pytest.fixture
def own_desk(backing: BackingUrls, template: str, tmp_path: Path) -> Iterator[LiveDesk]:
    """A desk with a bucket."""
    with (
        objects.running(tmp_path / 'objects') as address,
        live.database(backing, template, tmp_path) as settings,
        live.served(
            settings.model_copy(
                update={'files_bucket': objects.BUCKET, 'aws_endpoint_url_s3': address}
            ),
            tmp_path / 'errors.log',
        ) as desk,
    ):
        yield desk


@one_loop.fixture()
async def agent(own_desk: LiveDesk) -> AsyncIterator[Agent]:
    db = Database(own_desk.settings.database_url, pool_size=1)
    yield await Make(db).agent(username='mina')
    await db.close()


@one_loop.fixture()
async def desk(own_desk: LiveDesk, person: Contexts, agent: Agent) -> DeskScreen:
    context = await person()
    centre = Centre(own_desk.address)
    await centre.sign_in(context, agent.username)
    return await centre.desk(context)


def png(name: str) -> FilePayload:
    return {'name': name, 'mimeType': 'image/png', 'buffer': PNG}


async def picks(page: Page, *files: FilePayload) -> None:
    await page.locator('.desk-uploads input[type=file][multiple]').set_input_files([*files])


async def test_files_go_both_ways(
    own_desk: LiveDesk, person: Contexts, desk: DeskScreen, agent: Agent
) -> None:
    context = await person()
    customer = CustomerScreen(await context.new_page(), own_desk.address)
    await customer.begins(agent.department)
    await picks(customer.page, png('여권 사본.png'), png('사진.exe'))
    await customer.reads('여권 사본.png', '사진.exe.png')

    await desk.opens()
    await desk.takes('최유진')
    await desk.reads('여권 사본.png', '사진.exe.png')
    async with desk.page.expect_download() as saving:
        await desk.page.get_by_role('link', name='여권 사본.png', exact=True).click()
    saved = await saving.value
    assert saved.suggested_filename == '여권 사본.png'
    assert (await saved.path()).read_bytes() == PNG

    await desk.box.fill('쓰다 만 답')
    await desk.page.evaluate(HAND_OVER, ['drop', '안내.txt', '이렇게 하세요'])
    await desk.page.evaluate(HAND_OVER, ['paste', '둘째.txt', '그리고 이렇게'])
    await customer.reads('여권 사본.png', '사진.exe.png', '안내.txt', '둘째.txt')
    await expect(desk.box).to_have_value('쓰다 만 답')

    await desk.page.evaluate(HAND_OVER, ['drop', '그림.svg', '<svg></svg>'])
    await desk.sees('보낼 수 없는 종류의 파일입니다')
    await desk.button('취소: 그림.svg').click()
    await expect(desk.page.locator('.desk-uploads li')).to_have_count(0)


async def test_photograph_reply_and_transcript_from_both_sides(
    own_desk: LiveDesk, person: Contexts, desk: DeskScreen, agent: Agent
) -> None:
    """A photograph with a place is seen by both without it, a reply brings its file, and both save the talk."""
    db = Database(own_desk.settings.database_url, pool_size=1)
    known = await Make(db).customer(name='최유진', phone='01098765432')
    await db.close()
    context = await person()
    customer = CustomerScreen(await context.new_page(), own_desk.address)
    await customer.begins(agent.department)

    await photograph_is_seen_by_both(customer, desk)
    await reply_brings_its_file(customer, desk, own_desk.address)
    await talk_is_saved_by_both(customer, desk)
    await file_stays_with_the_customer(desk, f'{own_desk.address}/desk/customers/{known.id}')


def photo(name: str) -> FilePayload:
    content = pictures.photo(orientation=6, size=(1200, 900))
    return {'name': name, 'mimeType': 'image/jpeg', 'buffer': content}


async def photograph_is_seen_by_both(customer: CustomerScreen, desk: DeskScreen) -> None:
    await customer.page.route('**/files/*', lambda route: route.abort(), times=1)
    await picks(customer.page, photo('현관.jpg'))
    await customer.sees('연결이 끊겨 보내지 못했어요')
    await customer.button('다시 보내기').click()
    await is_drawn(customer.page, '사진: 현관.jpg')
    await desk.opens()
    await desk.takes('최유진')
    await is_drawn(desk.page, '사진: 현관.jpg')
    async with desk.page.context.expect_page() as opening:
        await desk.page.get_by_role('link', name='사진: 현관.jpg').click()
    whole = await opening.value
    assert pictures.CAMERA.encode() not in await (await whole.request.get(whole.url)).body()
    await expect(whole.locator('img')).to_be_visible()
    await whole.close()


async def reply_brings_its_file(customer: CustomerScreen, desk: DeskScreen, address: str) -> None:
    replies, asked, headers = f'{address}/canned-replies', desk.page.context.request, {'Origin': address}  # fmt: skip
    made = await asked.post(replies, data={'title': '오시는 길', 'body': '약도를 보내 드려요'}, headers=headers)  # fmt: skip
    where = f'{replies}/{(await made.json())["id"]}/files/{uuid4()}?name=약도.png'
    assert (await asked.put(where, data=PNG, headers=headers)).ok
    await desk.box.click()
    await desk.page.keyboard.type('/오시는')
    await expect(desk.page.get_by_role('option')).to_have_count(1)
    await desk.page.keyboard.press('Enter')
    await desk.sees('메시지와 함께 보냅니다')
    await desk.page.keyboard.press('Enter')
    await customer.reads('현관.jpg', '약도를 보내 드려요', '약도.png')
    await is_drawn(customer.page, '사진: 약도.png')


async def talk_is_saved_by_both(customer: CustomerScreen, desk: DeskScreen) -> None:
    await customer.page.locator('.talk-save summary').click()
    assert (await saved(customer.page, 'PDF로 저장'))[:5] == b'%PDF-'
    await customer.page.locator('.talk-save summary').click()
    await customer.ends()
    text = (await saved(customer.page, '텍스트로 저장')).decode('utf-8-sig')
    assert '현관.jpg' in text
    await desk.button('대화 내용 저장').click()
    assert (await saved(desk.page, 'PDF로 저장'))[:5] == b'%PDF-'


async def file_stays_with_the_customer(desk: DeskScreen, place: str) -> None:
    await desk.page.goto(place)
    await picks(desk.page, photo('집.jpg'))
    await is_drawn(desk.page, '사진: 집.jpg')
    await desk.button('집.jpg 삭제').click()
    await desk.button('파일 삭제').click()
    await expect(desk.page.get_by_role('link', name='집.jpg')).to_have_count(0)


INTO_SIGHT = "one => one.scrollIntoView({block: 'nearest'})"


async def is_drawn(page: Page, name: str) -> None:
    """A picture is loaded, not only named."""
    picture = page.get_by_role('img', name=name)
    await picture.evaluate(
        INTO_SIGHT
    )  # in one step: the list is drawn again while files are looked at
    await expect(picture).to_have_js_property('complete', value=True)
    assert await picture.evaluate('one => one.decode().then(() => one.naturalWidth)')


async def saved(page: Page, link: str) -> bytes:
    """What a visible link saves."""
    async with page.expect_download() as saving:
        await page.get_by_role('link', name=link).locator('visible=true').first.click()
    return (await (await saving.value).path()).read_bytes()


async def test_file_is_sent_by_few_keys_and_enter_and_space_open_the_choice(
    desk: DeskScreen, own_desk: LiveDesk, agent: Agent
) -> None:
    """A press of Enter opens it as one of Space does; with the other daily tasks' keys in ``test_keys_of_daily_tasks``.

    Playwright begins to hear of choosers a moment after it is asked to, and a key may be faster: Enter presses a button when
    it goes down, Space when it goes up. So somebody listens from the beginning.
    """
    db = Database(own_desk.settings.database_url, pool_size=1)
    chat = await Make(db).chat(agent=agent)
    await db.close()
    page = desk.page
    page.on('filechooser', lambda _: None)
    await desk.opens(chat.id)

    for key in ('Enter', 'Space', 'Enter'):
        await desk.button('파일 보내기').focus()
        async with page.expect_file_chooser() as chooser:
            await page.keyboard.press(key)
        await (await chooser.value).set_files([])

    keys = CountingKeys(page)
    await desk.page.get_by_role(
        'heading', name=chat.visitor_name
    ).first.click()  # out of every field
    with keys.task('file'):
        await keys.press('r')
        await expect(desk.box).to_be_focused()
        await keys.tabs_to(desk.button('파일 보내기'), key='Shift+Tab')
        async with page.expect_file_chooser() as chooser:
            await keys.press('Enter')
        await (await chooser.value).set_files([png('현관.png')])
        await is_drawn(page, '사진: 현관.png')
    assert keys.taken['file'] <= MOST_KEYS
