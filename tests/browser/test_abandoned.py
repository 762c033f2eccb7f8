"""포기: a customer who leaves without a word while waiting counts as gone; one who stays does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from desk.sandbox import BackingUrls
from tests.browser.conftest import Contexts
from tests.support.browser import live
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen
from tests.support.make import DEPARTMENT

ABANDON_AFTER_SECONDS = 10  # the least that can be set
LONGEST_MILLISECONDS = 30_000


@pytest.fixture
def impatient_desk(backing: BackingUrls, template: str, tmp_path: Path) -> Iterator[LiveDesk]:
    """A desk that soon takes a silent customer for gone."""
    with live.database(backing, template, tmp_path) as settings:
        own = settings.model_copy(update={'abandon_after_seconds': ABANDON_AFTER_SECONDS})
        with live.served(own, tmp_path / 'errors.log') as desk:
            yield desk


async def test_who_leaves_silently_is_gone_and_who_stays_waits_on(
    impatient_desk: LiveDesk, person: Contexts
) -> None:
    centre = Centre(impatient_desk.address)
    leaving, staying = await centre.talk(await person()), await centre.talk(await person())
    await leaving.begins(DEPARTMENT, name='가버린고객')
    await staying.begins(DEPARTMENT, name='기다리는고객')
    staff = await person()
    await centre.sign_in(staff, 'agent1')
    desk = await centre.desk(staff)
    await desk.opens()
    await desk.tab('대기').click()
    await expect(desk.rows).to_have_count(2)

    await leaving.page.close()

    await expect(desk.rows).to_have_count(1, timeout=LONGEST_MILLISECONDS)
    await expect(desk.rows).to_contain_text(['기다리는고객'])
    await staying.sees('다음 차례예요')
    await desk.tab('종료').click()
    await desk.page.get_by_role('button', name='부서').click()
    await desk.rows.filter(has_text='가버린고객').click()
    await expect(desk.log).to_contain_text('고객이 기다리다가 나갔습니다')
    back = CustomerScreen(await leaving.page.context.new_page(), leaving.address)
    await back.page.goto(f'{back.address}/talk')
    await back.sees('상담원과 연결되기 전에 상담이 종료되었어요')
