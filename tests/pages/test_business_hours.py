"""운영 시간 and 안내 문구, from the form in which a supervisor sets them to what a customer reads."""

import re
from datetime import datetime, time, timedelta

import httpx
import pytest
from fastapi import FastAPI
from nicegui.testing import User

from desk import clock
from models import EVERYWHERE, Agent, SettingKind
from pages.parts.kit import times
from pages.parts.kit.edit_form import EditForm
from services.registry import Services
from services.settings.hours_text import WEEKDAYS
from tests.pages.conftest import SignIn
from tests.pages.test_settings import SOON, said, save
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

pytestmark = pytest.mark.slow

HOURS, TEXTS = '/desk/settings/hours', '/desk/settings/texts'
DAY = clock.now().astimezone(clock.SEOUL).date() + timedelta(days=10)
OPENS = times.moment_in(datetime.combine(DAY, time(9), clock.SEOUL), clock.SEOUL, 'ko')
LATER = {'is_limited': 'yes', **dict.fromkeys(WEEKDAYS, ''), 'dates': f'{DAY} 9-18'}


@pytest.fixture
async def boss(make: Make) -> Agent:
    return await make.admin(username='boss', department='관리')


async def ask(web: FastAPI, **changes: str) -> httpx.Response:
    """Send the form of /talk as a customer."""
    transport = httpx.ASGITransport(web)
    async with httpx.AsyncClient(transport=transport, base_url='http://test') as customer:
        page = await customer.get('/talk')
        [token] = re.findall(r'name="token" value="([\w-]+)"', page.text)
        form = {'consent': 'yes', 'name': '최유진', 'phone': '010-1234-5678', 'token': token}
        sent = {**form, 'department': DEPARTMENT, **changes}
        return await customer.post('/talk', data=sent, headers={'Origin': 'http://test'})


async def test_supervisor_sets_hours_and_customers_hear_of_them(
    web: FastAPI, sign_in: SignIn, make: Make, services: Services, boss: Agent
) -> None:
    queue = await make.queue()
    supervisor, admin = await sign_in(await make.supervisor()), await sign_in(boss)
    await supervisor.open('/desk/settings')  # where a supervisor's settings begin
    await supervisor.should_see('상담 받는 중', retries=SOON)
    await supervisor.should_not_see('역량')
    await admin.open(HOURS)
    await admin.should_see('데스크 전체 휴무일', retries=SOON)

    supervisor.find('상담 받는 중').trigger('click', str(queue.id))
    await supervisor.should_see('이때 상담을 받나요?', retries=SOON)
    save(supervisor, {'is_limited': 'yes', 'mon': '아홉 시'}, version=0)
    await until(lambda: '09:00-12:00' in said(supervisor))
    save(supervisor, LATER, version=0)

    await admin.should_see('운영 시간 아님', retries=SOON)
    await supervisor.should_see('변경 기록', retries=SOON)
    answer = await ask(web)
    assert answer.status_code == 409
    assert f'{OPENS}부터 상담을 시작하실 수 있어요' in answer.text
    assert 'value="최유진"' in answer.text  # what was typed stays

    [change] = await services.desk_settings.changes(boss, SettingKind.HOURS, queue.id)
    supervisor.find('되돌리기').trigger('click', str(change.id))
    await admin.should_see('상담 받는 중', retries=SOON)
    [form] = supervisor.find(EditForm).elements
    await until(lambda: form.props['values']['is_limited'] == 'no')
    assert (await ask(web)).status_code == 303


async def test_field_says_whether_the_queue_is_open_then(
    sign_in: SignIn, make: Make, services: Services, boss: Agent
) -> None:
    queue, user = await make.queue(), await sign_in(boss)
    week = {'is_limited': 'yes', 'sat': '10-12'}
    await services.desk_settings.edit(boss, SettingKind.HOURS, queue.id, week, version=0)
    await user.open(HOURS)
    await user.should_see(DEPARTMENT, retries=SOON)
    user.find(DEPARTMENT).trigger('click', str(queue.id))
    await user.should_see('이때 상담을 받나요?', retries=SOON)

    for asked, answered in (
        ('2026-12-26T10:30', '상담을 받습니다'),
        ('2026-12-25T10:30', '(기독탄신일)'),
        ('2026-12-25T10:30', '12. 26. 10:00에 엽니다'),
    ):
        user.find('이때 상담을 받나요?').trigger('submit', {'at': asked})
        await user.should_see(answered, retries=SOON)


async def test_customers_read_the_texts_of_their_queue_as_text(
    web: FastAPI, sign_in: SignIn, make: Make, services: Services, boss: Agent
) -> None:
    queue, user = await make.queue(), await sign_in(boss)
    await user.open(TEXTS)
    await user.should_see('모든 대기열', retries=SOON)
    user.find('모든 대기열').trigger('click', str(EVERYWHERE))
    await user.should_see('고객에게 보이는 모습', retries=SOON)

    save(user, {'greeting_ko': '<b>반갑습니다</b>', 'closed_ko': '{opens}에 만나요 {0}'}, version=0)

    await user.should_see('<b>반갑습니다</b>', retries=SOON)
    settings = services.desk_settings
    await settings.edit(boss, SettingKind.HOURS, queue.id, LATER, version=0)
    assert f'{OPENS}에 만나요 {{0}}' in (await ask(web)).text
    own = {'closed_ko': '이 문의는 쉬어요'}
    await settings.edit(boss, SettingKind.TEXTS, queue.id, own, version=0)
    refused = await ask(web)
    assert '이 문의는 쉬어요' in refused.text
    assert '&lt;b&gt;반갑습니다&lt;/b&gt;' in refused.text
    assert '<b>반갑' not in refused.text


async def test_open_chat_shows_a_changed_text_at_once(
    user: User, make: Make, services: Services, boss: Agent
) -> None:
    await make.queue()
    form = {'consent': 'yes', 'name': '최유진', 'phone': '010-1234-5678', 'department': DEPARTMENT}
    page = await user.http_client.get('/talk')
    [token] = re.findall(r'name="token" value="([\w-]+)"', page.text)
    await user.http_client.post('/talk', data={**form, 'token': token})
    await user.open('/talk/chat')
    await user.should_see('다음 차례예요', retries=SOON)

    await services.desk_settings.edit(
        boss, SettingKind.TEXTS, EVERYWHERE, {'waiting_ko': '커피 한 잔 하세요'}, version=0
    )

    await user.should_see('커피 한 잔 하세요', retries=SOON)
