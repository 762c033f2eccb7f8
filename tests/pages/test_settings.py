"""The administrators' settings: queues, people, skills."""

import pytest
from nicegui.testing import User

from models import Agent, AgentRole
from pages.parts.kit.edit_form import EditForm
from pages.parts.kit.sound import Sound
from services.people.invitations import Invitee
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

pytestmark = pytest.mark.slow

SETTINGS = '/desk/settings'
SOON = 40
"""In tenths of a second: the machine may be busy with other tests."""


@pytest.fixture
async def boss(make: Make) -> Agent:
    return await make.admin(username='boss', department='관리')


@pytest.fixture
async def admin(sign_in: SignIn, boss: Agent) -> User:
    """An administrator's browser."""
    return await sign_in(boss)


@pytest.mark.parametrize(
    ('role', 'path'),
    [
        (AgentRole.AGENT, SETTINGS),
        (AgentRole.SUPERVISOR, f'{SETTINGS}/people'),
        (AgentRole.SUPERVISOR, f'{SETTINGS}/skills'),
    ],
)
async def test_others_are_told_that_it_is_not_theirs(
    sign_in: SignIn, make: Make, role: AgentRole, path: str
) -> None:
    user = await sign_in(await make.agent(role=role))

    await user.open(path)

    await user.should_see('시스템 관리자만 볼 수 있습니다', retries=SOON)
    await user.should_not_see('대기열')


@pytest.mark.parametrize(
    ('path', 'sentence'),
    [
        ('hours', '시간을 정할 대기열이 없습니다. 시스템 관리자에게'),
        ('texts', '설정할 대기열이 없습니다. 시스템 관리자에게'),
        ('abuse-words', '설정할 대기열이 없습니다. 시스템 관리자에게'),
        ('widget', '설정할 대기열이 없습니다. 시스템 관리자에게'),
        ('categories', '먼저 큰 분류를 추가하고'),
        ('labels', '추가하면 상담원이 B 키로'),
        ('thresholds', '먼저 기다리는 고객의 수나 시간에'),
    ],
)
async def test_supervisor_without_queues_is_told_how_to_begin(
    sign_in: SignIn, make: Make, path: str, sentence: str
) -> None:
    user = await sign_in(await make.supervisor(departments=['새로 생길 부서']))

    await user.open(f'{SETTINGS}/{path}')

    await user.should_see(sentence, retries=SOON)


async def test_who_is_no_administrator_any_more_sees_it_no_more(
    admin: User, services: Services, make: Make, boss: Agent
) -> None:
    other = await make.admin(username='other', department='관리')
    await admin.open(SETTINGS)
    await admin.should_see('대기열 추가', retries=SOON)

    await services.authority.set_role(other, boss.id, AgentRole.SUPERVISOR)

    await admin.should_see('운영 시간', retries=SOON)  # where a supervisor's settings begin
    await admin.should_not_see('대기열 추가')


async def test_queue_is_added_and_seen_by_the_other_administrator(
    admin: User, sign_in: SignIn, make: Make
) -> None:
    other = await sign_in(await make.admin(username='other', department='관리'))
    await other.open(SETTINGS)
    await admin.open(SETTINGS)
    await admin.should_see('대기열 추가', retries=SOON)
    admin.find('대기열 추가').click()
    await admin.should_see(EditForm)

    save(admin, {'name': '환불 문의', 'department': '결제', 'offer_seconds': '3'})
    await until(lambda: '사이의 숫자' in said(admin))
    save(admin, {'name': '환불 문의', 'department': '결제', 'offer_seconds': '30'})

    await other.should_see('환불 문의', retries=SOON)
    await other.should_see('상담원 없음')
    await admin.should_not_see(EditForm)


def save(user: User, values: dict[str, str], *, version: int = 1) -> None:
    user.find(EditForm).trigger('save', {'version': version, 'values': values})


def said(user: User) -> str:
    """What the form says of its fields."""
    [form] = user.find(EditForm).elements
    return ' '.join(form.props.get('errors', ()))


async def test_person_is_given_a_department_a_capacity_and_a_skill(
    admin: User, services: Services, make: Make, boss: Agent
) -> None:
    skill = await services.skills.add(boss, '영어')
    agent = await make.agent(department='없는 부서', last_name='이', first_name='하윤')
    await admin.open(f'{SETTINGS}/people')
    await admin.should_see('이하윤', retries=SOON)

    admin.find('이하윤').trigger('click', str(agent.id))
    await admin.should_see(EditForm)
    save(
        admin,
        {'department': DEPARTMENT, 'chat_capacity': '5', f'skill-{skill.id}': '4'},
    )

    await admin.should_see('영어 4', retries=SOON)
    now = await services.agents.agent(agent.id)
    assert (now.department, now.chat_capacity) == (DEPARTMENT, 5)


async def test_supervisor_is_limited_to_departments(
    admin: User, services: Services, make: Make, boss: Agent
) -> None:
    other = await make.supervisor(last_name='이', first_name='하윤')
    await admin.open(f'{SETTINGS}/people')
    await admin.should_see('이하윤', retries=SOON)

    admin.find('이하윤').trigger('click', str(other.id))
    await admin.should_see(EditForm)
    save(admin, {'departments': ['환불', DEPARTMENT]})

    await admin.should_see('볼 수 있는 부서: ', retries=SOON)
    assert (await services.agents.agent(other.id)).departments == sorted([DEPARTMENT, '환불'])


async def test_last_administrator_stays_one_and_hears_why(admin: User, boss: Agent) -> None:
    await admin.open(f'{SETTINGS}/people')
    await admin.should_see('boss', retries=SOON)
    admin.find('boss').trigger('click', str(boss.id))
    await admin.should_see(EditForm)

    save(admin, {'role': 'agent'})

    await until(lambda: '마지막 시스템 관리자입니다' in said(admin))


async def test_link_is_shown_once_and_another_can_be_made(
    admin: User, services: Services, boss: Agent
) -> None:
    await admin.open(f'{SETTINGS}/people')
    await admin.should_see('초대하기', retries=SOON)
    admin.find('초대하기').click()
    await admin.should_see(EditForm)
    save(
        admin,
        {
            'last_name': '이', 'first_name': '하윤', 'email': 'h@example.com', 'username': 'hayun', 'department': '결제',
        },
    )  # fmt: skip
    await admin.should_see('이하윤 님에게 이 링크를 전하세요', retries=SOON)
    await admin.should_see('새 링크', retries=SOON)
    [first] = await services.invitations.waiting(boss)

    admin.find('새 링크').click()
    await until(lambda: other_than(services, boss, first.token_hash))
    await admin.should_see('이하윤 님에게 이 링크를 전하세요')


async def other_than(services: Services, boss: Agent, token_hash: str) -> bool:
    [one] = await services.invitations.waiting(boss)
    return one.token_hash != token_hash


async def test_invitation_is_withdrawn(admin: User, services: Services, boss: Agent) -> None:
    hayun = Invitee(
        last_name='이',
        first_name='하윤',
        email='h@example.com',
        username='hayun',
        department='결제',
    )
    await services.invitations.invite(boss, hayun)
    await admin.open(f'{SETTINGS}/people')
    await admin.should_see('초대한 사람', retries=SOON)

    admin.find('초대 취소').click()

    await admin.should_not_see('초대한 사람', retries=SOON)
    assert await services.invitations.waiting(boss) == []


async def test_queue_that_was_changed_meanwhile_is_not_overwritten(
    admin: User, services: Services, make: Make, boss: Agent
) -> None:
    queue = await make.queue()
    await admin.open(SETTINGS)
    await admin.should_see('목록에서 수락', retries=SOON)
    admin.find('목록에서 수락').trigger('click', str(queue.id))
    await admin.should_see(EditForm)

    await services.queues.edit(boss, queue.id, {'offer_seconds': '40'}, version=1)
    save(admin, {'offer_seconds': '50'})

    await admin.should_see('그사이 다른 시스템 관리자가 이 대기열을 바꿨습니다', retries=SOON)
    [form] = admin.find(EditForm).elements
    assert (form.props['version'], form.props['values']['offer_seconds']) == (2, '40')


async def test_ring_follows_the_queue_that_its_agents_take_from(
    user: User, services: Services, make: Make, boss: Agent
) -> None:
    queue = await make.queue()
    await user.open('/desk')
    await user.should_see('기다리는 고객이 없습니다', retries=SOON)
    await make.chat()  # nobody is told
    [sound] = user.find(Sound).elements
    told: list[str] = []
    sound.run_method = lambda name, *_: told.append(name)  # type: ignore[method-assign, assignment]

    await services.queues.edit(boss, queue.id, {'offer_seconds': '40'}, version=1)

    await until(lambda: bool(told))


async def test_limit_for_a_state_that_only_a_newer_version_knows_stands_in_the_list(
    sign_in: SignIn, make: Make, services: Services
) -> None:
    boss = await make.admin(username='boss', department='관리')
    limit = await services.thresholds.add(boss, {'kind': 'state', 'most': '17', 'status': 'away'})
    await make.changed(limit, status='on_a_course')

    user = await sign_in(boss)
    await user.open('/desk/settings/thresholds')

    await user.should_see('같은 상태 17분 초과', retries=SOON)
    await user.should_see('on_a_course', retries=SOON)
