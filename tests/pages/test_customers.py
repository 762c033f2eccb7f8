"""The customers' screens without a browser: find, open, read, edit."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from nicegui import ui
from nicegui.testing import User

from desk import clock
from models import Agent, Customer, CustomerStatus, RiskLevel
from pages.parts.kit.edit_form import EditForm
from pages.parts.kit.search_box import SearchBox
from services.contacts.wrap_ups import WrapUpText
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until

pytestmark = pytest.mark.slow

MOST_ELEMENTS = 400


async def test_search_box_finds_and_warns(user: User, make: Make) -> None:
    await make.customer(name='김철수', status=CustomerStatus.BLOCKED, phone='01012345678')
    await user.open('/desk')

    user.find(SearchBox).trigger('search', {'number': 1, 'text': 'ㄱㅊㅅ'})

    await user.should_see('김철수', retries=20)
    await user.should_see('차단')
    await user.should_see('010-****-5678')


async def test_what_is_no_search_is_passed_over(user: User) -> None:
    await user.open('/desk')

    for args in (None, 7, {'number': 'x', 'text': 'y'}, {'number': 1}):
        user.find(SearchBox).trigger('search', args)
    user.find(SearchBox).trigger('choose', 'of nobody')

    await user.should_see('진행')


async def test_table_shows_the_latest_contacts_first(user: User, make: Make, agent: Agent) -> None:
    quiet = await make.customer(name='강조용')
    busy = await make.customer(name='구바쁨', risk_level=RiskLevel.HIGH)
    await make.chat(agent=agent, customer_id=busy.id)

    await user.open('/desk/customers')

    await user.should_see('강조용', retries=20)
    table = next(str(one.inside) for one in _pieces(user) if '강조용' in str(one.inside))
    assert table.index(busy.code) < table.index(quiet.code)
    assert '고위험' in table


async def test_blocked_and_high_risk_show_everywhere(user: User, make: Make, agent: Agent) -> None:
    risky = await make.customer(status=CustomerStatus.BLOCKED, risk_level=RiskLevel.HIGH)
    linked = await make.chat(agent=agent, customer_id=risky.id, visitor_name='정하윤')
    unlinked = await make.chat(visitor_name='강지후', visitor_phone=risky.phone)

    for path, place in (
        ('/desk', '정하윤'),  # the inbox
        (f'/desk/chats/{linked.id}', '<h2>정하윤'),  # over the conversation
        (f'/desk/chats/{unlinked.id}', '010-****-5678</span>'),  # who may be meant by a number
        (f'/desk/customers/{risky.id}', '개인'),  # the card
        ('/desk/history', risky.name),
        (f'/desk/history/{linked.id}', f'{risky.name}</h2>'),
    ):
        await user.open(path)

        await until(lambda place=place: warns_of(user, place))


def warns_of(user: User, place: str) -> bool:
    """Whether one and the same piece of a page names the place and both warnings."""
    pieces = (str(one.inside) for one in _pieces(user))
    return any(all(word in one for word in (place, '차단', '고위험')) for one in pieces)


async def test_nobody_on_record_is_no_blank_page(user: User) -> None:
    await user.open('/desk/customers')

    await user.should_see('아직 등록된 고객이 없습니다', retries=20)


async def test_customer_who_is_not_there_is_explained(user: User) -> None:
    await user.open('/desk/customers/7')

    await user.should_see('등록되지 않은 고객입니다', retries=20)


async def test_edit_is_stored_and_shown(user: User, make: Make, services: Services) -> None:
    customer = await make.customer(name='김철수')
    await _form_of(user, customer)

    user.find(EditForm).trigger(
        'save',
        {'version': customer.version, 'values': {'memo': '오후 통화', 'attributes.등급': 'VIP'}},
    )

    await user.should_see('저장했습니다', retries=20)
    await user.should_see('오후 통화')
    await user.should_see('VIP')


async def test_field_says_what_is_wrong_and_nothing_is_stored(
    user: User, make: Make, services: Services, agent: Agent
) -> None:
    customer = await make.customer(name='김철수')
    await _form_of(user, customer)

    user.find(EditForm).trigger(
        'save', {'version': customer.version, 'values': {'name': ' ', 'phones': ['없는 번호']}}
    )

    [form] = user.find(EditForm).elements
    await until(lambda: len(form.props.get('errors', ())) == 2)
    stored = await services.customer_records.customer(agent, customer.id)
    assert stored.name == '김철수'


@pytest.mark.parametrize(
    'args', [None, 3, {'version': 'x'}, {'version': 0, 'values': {'phone': 3, 'erased_at': 'now'}}]
)
async def test_what_is_no_form_changes_nothing(
    user: User, make: Make, services: Services, agent: Agent, args: object
) -> None:
    customer = await make.customer(name='김철수')
    await _form_of(user, customer)

    user.find(EditForm).trigger('save', args)

    await user.should_see(EditForm)
    stored = await services.customer_records.customer(agent, customer.id)
    assert stored.version == customer.version


async def test_numbers_of_somebody_else_stay_behind_the_veil_in_the_form(
    user: User, make: Make
) -> None:
    customer = await make.customer(name='김철수', phone='01012345678', email='chulsoo@example.com')
    await _form_of(user, customer)

    [form] = user.find(EditForm).elements

    assert '12345678' not in str(form.props)
    assert 'chulsoo' not in str(form.props)


async def test_what_is_empty_can_be_filled_in_without_a_reason(user: User, make: Make) -> None:
    await _form_of(user, await make.customer(phone='01012345678', email=None))

    [form] = user.find(EditForm).elements

    assert 'email' in form.props['values']
    assert 'phones' not in form.props['values']


async def test_screen_that_is_left_leaves_nothing_behind(
    user: User, web: FastAPI, make: Make
) -> None:
    customer = await make.customer(name='김철수')
    topics = web.state.services.topics
    await user.open(f'/desk/customers/{customer.id}')
    await user.should_see('고치기', retries=20)
    assert f'customer:{customer.id}' in topics.counts()

    with user:
        ui.navigate.to('/desk')

    await user.should_see('왼쪽에서 상담을 고르세요', retries=20)
    assert f'customer:{customer.id}' not in topics.counts()


async def test_full_screen_stays_small(user: User, make: Make, agent: Agent) -> None:
    customer = await make.customer(name='김철수')
    for _ in range(40):
        await make.chat(agent=agent, lines=1, customer_id=customer.id)

    client = await user.open(f'/desk/customers/{customer.id}')

    await user.should_see('채팅 40회', retries=20)
    assert len(client.elements) <= MOST_ELEMENTS


async def _form_of(user: User, customer: Customer) -> None:
    await user.open(f'/desk/customers/{customer.id}')
    await user.should_see('고치기', retries=20)
    user.find('고치기').click()
    await user.should_see(EditForm, retries=20)


def _pieces(user: User) -> list[object]:
    return [one for one in user.client.elements.values() if hasattr(one, 'inside')]


async def test_timeline_names_the_record_that_was_parted_and_counts_what_is_not_shown(
    user: User, make: Make, agent: Agent, services: Services
) -> None:
    kept, other = await make.customer(name='곽하나'), await make.customer(name='곽둘')
    versions = (kept.version, other.version)
    merged = await services.customer_merging.merge(agent, kept.id, other.id, versions=versions)
    await services.customer_merging.undo(agent, merged.merge.id)
    await make.chat(customer_id=kept.id, department='기술지원')

    await user.open(f'/desk/customers/{kept.id}')

    await user.should_see(f'{other.code} 고객과 합친 것을 되돌림', retries=100)
    await user.should_see('다른 부서의 상담 1건은 보이지 않습니다')


async def test_timeline_follows_what_is_written_down_and_promised(
    user: User, make: Make, services: Services, agent: Agent
) -> None:
    customer = await make.customer()
    chat = await make.chat(agent=agent, customer_id=customer.id)
    await user.open(f'/desk/customers/{customer.id}')
    await user.should_see('대화 보기', retries=20)

    await services.promises.make(
        agent, chat.id, '다시 전화드리기', clock.now() + timedelta(hours=1)
    )
    await user.should_see('다시 전화드리기', retries=40)
    await services.chats.end(agent, chat.id)
    await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='내일 도착 안내'))

    await user.should_see('내일 도착 안내', retries=40)
