"""Files between a customer and an agent: picked, dropped and pasted, seen as they are named, saved by the other side."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from desk.db import Database
from desk.sandbox import BackingUrls
from models import Agent
from tests.browser.conftest import Contexts
from tests.support import objects
from tests.support.browser import live, one_loop
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.make import Make
from tests.support.pictures import PNG

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
    await page.locator('.desk-uploads input[type=file]').set_input_files([*files])


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
        await desk.page.get_by_role('link', name='여권 사본.png').click()
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
