"""People's accounts on the administrators' page: links, second factors, the end of an account, and files."""

import pytest
from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User

from desk.errors import NotSignedInError
from models import Agent, AgentRole
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.services.people.test_second_factors import turned_on
from tests.support.make import DEPARTMENT, PASSWORD, Make
from tests.support.pressing import press
from tests.support.until import until

pytestmark = pytest.mark.slow

PEOPLE = '/desk/settings/people'
SOON = 40
"""In tenths of a second: the machine may be busy with other tests."""


@pytest.fixture
async def boss(make: Make) -> Agent:
    return await make.admin(username='boss', department='관리')


@pytest.fixture
async def admin(sign_in: SignIn, boss: Agent) -> User:
    """An administrator's browser."""
    return await sign_in(boss)


@pytest.fixture
async def hayun(make: Make) -> Agent:
    return await make.agent(username='hayun', last_name='이', first_name='하윤')


async def opens(admin: User, person: Agent) -> None:
    await admin.open(PEOPLE)
    await admin.should_see(person.name, retries=SOON)
    admin.find(person.name).trigger('click', str(person.id))
    await admin.should_see('새 비밀번호 링크', retries=SOON)


async def test_link_for_a_new_password_is_shown(admin: User, hayun: Agent) -> None:
    await opens(admin, hayun)

    press(admin, '새 비밀번호 링크')

    await admin.should_see('이하윤 님에게 이 링크를 전하세요', retries=SOON)
    await admin.should_see('링크 복사', retries=50)


async def test_second_factor_is_required_seen_and_reset(
    admin: User, services: Services, hayun: Agent, boss: Agent
) -> None:
    await turned_on(services, hayun)
    await opens(admin, hayun)
    [choice] = [one for one in admin.find(ui.checkbox).elements if one.text == '상담원']

    choice.value = True
    await until(lambda: is_required(services, boss))
    await opens(admin, hayun)
    press(admin, '2단계 인증 초기화')
    await admin.should_see('이하윤 님의 2단계 인증을 초기화할까요?', retries=SOON)
    press(admin, '계속')

    await admin.should_see('2단계 인증 없음', retries=SOON)
    assert not await services.second_factors.has(hayun.id)


async def is_required(services: Services, boss: Agent) -> bool:
    return AgentRole.AGENT in await services.second_factors.required_roles(boss)


async def test_end_of_an_account_says_what_was_handed_over(
    admin: User, services: Services, make: Make, hayun: Agent
) -> None:
    colleague = await make.agent()
    chat = await make.chat(agent=hayun, lines=1)
    _, token = await services.sign_ins.sign_in('hayun', PASSWORD, address='192.0.2.1')
    await opens(admin, hayun)

    press(admin, '사용 중지')
    await admin.should_see(
        '진행 중인 상담 1건, 약속 0건, 콜백 0건, 끝나지 않은 후처리 0건이 있습니다', retries=SOON
    )
    [to] = [one for one in admin.find(ui.select).elements if colleague.id in one.options]
    to.value = colleague.id
    press(admin, '사용 중지')

    await admin.should_see('로그인 1개를 끊고, 상담 1건', retries=SOON)
    assert (await services.chats.chat(colleague, chat.id)).agent_id == colleague.id
    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_token(token)


async def test_people_come_from_a_file(
    admin: User, services: Services, hayun: Agent, boss: Agent
) -> None:
    await admin.open(PEOPLE)
    await admin.should_see('파일로 가져오기', retries=SOON)
    press(admin, '파일로 가져오기')
    await admin.should_see('파일 고르기', retries=50)
    lines = (
        '아이디,성,이름,이메일,부서',
        'hayun,,,,환불',
        f'mina,김,미나,mina@example.com,{DEPARTMENT}',
    )
    [upload] = admin.find(ui.upload).elements

    content = '\n'.join(lines).encode()
    await upload.handle_uploads([SmallFileUpload('사람.csv', 'text/csv', content)])
    await admin.should_see('초대 1명 · 변경 1명 · 그대로 0명 · 오류 0줄', retries=200)
    assert (await services.agents.agent(hayun.id)).department == DEPARTMENT
    press(admin, '이대로 가져오기')

    await admin.should_see('초대 링크 받기', retries=200)
    assert (await services.agents.agent(hayun.id)).department == '환불'
    assert [one.username for one in await services.invitations.waiting(boss)] == ['mina']
    press(admin, '초대 링크 받기')
    download = await admin.download.next()
    assert 'mina,mina@example.com,http://test/invite/' in download.text
