"""The history without a browser: filters, pages, words, views, and the contact beside the table."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from nicegui import binding, ui
from nicegui.element import Element
from nicegui.testing import User

from desk import clock
from models import Agent, CallEnding, ChatEnding, ChatStatus, Priority
from pages.parts.history import export_dialog
from pages.parts.history import table as history_table
from pages.parts.history.filter_bar import HistoryBar
from pages.parts.kit.search_box import SearchBox
from services.contacts.wrap_ups import WrapUpText
from services.history.filter import HistoryFilter
from services.history.history import PAGE
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.make import Make
from tests.support.pressing import press
from tests.support.until import until

pytestmark = pytest.mark.slow

MOST_ELEMENTS = 400


def choose(user: User, **values: str) -> None:
    """Fill in the form as a browser says it: every field, those without a choice empty."""
    user.find(HistoryBar).trigger('change', values)


async def test_history_shows_what_one_may_see_newest_first(user: User, make: Make) -> None:
    await make.chat(visitor_name='정하윤', visitor_phone='01011112222')
    await make.call(phone='01033334444')
    await make.chat(department='기술지원', visitor_name='강지후')

    await user.open('/desk/history')

    await user.should_see('정하윤', retries=100)
    await user.should_see('010-****-2222')
    await user.should_see('알 수 없는 고객')
    await user.should_see('2건', retries=100)
    await user.should_not_see('강지후')
    await user.should_not_see('010-1111-2222')


async def test_filters_are_chosen_and_cleared(user: User, make: Make, agent: Agent) -> None:
    await make.chat(visitor_name='정하윤', priority=Priority.HIGH)
    await make.chat(visitor_name='강지후')
    await user.open('/desk/history')
    await user.should_see('강지후', retries=100)

    choose(user, period='', priority='high')

    await user.should_see('1건', retries=100)
    await user.should_see('정하윤')
    await user.should_not_see('강지후')
    choose(user, period='custom', **{'from': '2020-01-01', 'to': '2020-01-02'})
    await user.should_see('조건에 맞는 이력이 없습니다', retries=100)


async def test_contacts_are_narrowed_by_what_they_were_about(
    user: User, make: Make, agent: Agent
) -> None:
    late = await make.category('배송', '택배사 지연')
    about, other = (
        await make.chat(agent=agent, visitor_name='정하윤'),
        await make.chat(agent=agent, visitor_name='강지후'),
    )
    await make.wrap_up(about, category_id=late.id, needs_follow_up=True)
    await make.wrap_up(other, needs_follow_up=True)
    await user.open('/desk/history')
    await user.should_see('강지후', retries=100)
    await user.should_see('택배사 지연')

    box = user.find(kind=SearchBox, content='상담 분류')
    box.trigger('search', {'number': 1, 'text': 'ㅂㅅ'})
    await user.should_see('배송 > 택배사 지연', retries=100)
    box.trigger('choose', str(late.parent_id))

    await user.should_see('1건', retries=100)
    await user.should_not_see('강지후')
    choose(user, period='', follow_up='true')  # the form says all: no category any more
    await user.should_see('2건', retries=100)


async def test_opened_contact_shows_what_is_written_down_after_it(
    user: User, make: Make, services: Services, agent: Agent
) -> None:
    leaf, chat = await make.category('배송', '지연'), await make.chat(agent=agent)
    await services.chats.end(agent, chat.id)

    await user.open(f'/desk/history/{chat.id}')
    await user.should_see('작성 중', retries=100)
    await services.wrap_ups.finish(
        agent, chat.id, WrapUpText(category_id=leaf.id, summary='내일 도착 안내')
    )

    await user.should_see('내일 도착 안내', retries=100)
    await user.should_see('배송 > 지연')


async def test_address_says_the_filter_and_what_it_says_wrongly_is_left_out(
    user: User, make: Make
) -> None:
    await make.chat(visitor_name='정하윤', priority=Priority.HIGH)
    await make.chat(visitor_name='강지후')

    await user.open('/desk/history?priority=high&status=lost')

    await user.should_see('정하윤', retries=100)
    await user.should_see('주소에서 알아볼 수 없는 조건은 뺐습니다: 상태')
    await user.should_not_see('강지후')


async def test_rating_is_filtered_by_and_shown_as_it_changes(
    user: User, services: Services, agent: Agent, make: Make
) -> None:
    rated, other = await make.chat(visitor_name='정하윤'), await make.chat(visitor_name='강지후')
    for chat in (rated, other):
        await services.chats.take(agent, chat.id)
        await services.visits.leave(chat.id)
    await services.ratings.rate(rated.id, 2, '오래 기다렸어요')

    await user.open('/desk/history?rating=2')
    await user.should_see('정하윤', retries=100)
    await user.should_not_see('강지후')
    await user.open(f'/desk/history/{rated.id}?rating=9')
    await user.should_see('주소에서 알아볼 수 없는 조건은 뺐습니다: 만족도', retries=100)
    await user.should_see('오래 기다렸어요', retries=50)

    await services.ratings.rate(rated.id, 4, '이제 괜찮아요')

    await user.should_see('이제 괜찮아요', retries=100)
    await user.should_not_see('오래 기다렸어요', retries=50)


async def test_somebody_elses_address_is_opened_with_ones_own_rights(
    sign_in: SignIn, make: Make
) -> None:
    stranger, holder = await make.agent(department='기술지원'), await make.agent()
    await make.chat(agent=holder, visitor_name='정하윤')
    chat = await make.chat(visitor_name='강지후', lines=1)
    query = HistoryFilter(agent_id=holder.id).query
    user = await sign_in(stranger)

    await user.open(f'/desk/history?{query}')
    await user.should_see('조건에 맞는 이력이 없습니다', retries=100)

    await user.open(f'/desk/history/{chat.id}')
    await user.should_see('없는 상담이거나 볼 수 없는 상담입니다', retries=100)
    await user.should_not_see('1번째 줄')


async def test_address_of_no_contact_is_explained_in_place(user: User, make: Make) -> None:
    await make.chat(visitor_name='정하윤')

    await user.open('/desk/history/7')

    await user.should_see('없는 상담이거나 볼 수 없는 상담입니다', retries=100)
    await user.should_see('정하윤', retries=100)


async def test_word_is_found_and_its_contact_opens_at_the_line(
    user: User, make: Make, services: Services
) -> None:
    chat = await make.chat(visitor_name='정하윤')
    for line in ('안녕하세요', '가습기에서 물이 새요', '네', '가습기는 새 것이에요'):
        await services.visits.write(make.outgoing(chat, line))

    await user.open(f'/desk/history/{chat.id}?text={quote("가습기")}')

    await user.should_see('가습기는 새 것이에요', retries=100)
    await user.should_see('“가습기” 2곳 중 1번째', retries=100)
    await user.should_see('안녕하세요')
    user.find('다음 찾은 곳').click()
    await user.should_see('“가습기” 2곳 중 2번째', retries=100)


async def test_call_has_its_card(user: User, make: Make, agent: Agent) -> None:
    began = clock.now() - timedelta(minutes=10)
    customer = await make.customer(name='이민준')
    call = await make.call(
        agent=agent, customer_id=customer.id, start_time=began, answered_at=began,
        end_time=began + timedelta(minutes=3, seconds=7), ending=CallEnding.CUSTOMER,
    )  # fmt: skip

    await user.open(f'/desk/history/{call.id}')

    await user.should_see('받은 통화', retries=100)
    await user.should_see('3:07')
    await user.should_see('고객 보기')
    await user.should_see('010-****-5678')


async def test_open_contact_hears_what_is_said_meanwhile(
    user: User, web: FastAPI, make: Make
) -> None:
    services: Services = web.state.services
    chat = await make.chat(lines=1)
    await user.open(f'/desk/history/{chat.id}')
    await user.should_see('1번째 줄', retries=100)

    await services.visits.write(make.outgoing(chat, '아직 계신가요?'))

    await user.should_see('아직 계신가요?', retries=100)


async def test_what_was_read_stays_read_in_the_history(
    user: User, make: Make, services: Services, agent: Agent
) -> None:
    chat = await make.chat(agent=agent)
    await services.chats.reply(agent, make.outgoing(chat, '곧 도착합니다'))
    await services.visits.mark(chat.id, delivered=1, read=1)
    await services.chats.end(agent, chat.id)

    await user.open(f'/desk/history/{chat.id}')

    await user.should_see('읽음', retries=100)
    await user.should_not_see('전송됨')


async def test_view_is_kept_chosen_and_deleted_and_brought_back(
    user: User, make: Make, services: Services, agent: Agent
) -> None:
    await make.chat(visitor_name='정하윤', priority=Priority.HIGH)
    await user.open('/desk/history?priority=high')
    await user.should_see('조건 저장', retries=100)

    user.find('조건 저장').click()
    await user.should_see('지금 고른 조건에 이름을 붙여 둡니다', retries=100)
    user.find(ui.input).type('급한 상담')
    user.find(ui.input).trigger('keydown.enter')

    await user.should_see('조건을 저장했습니다', retries=100)
    await user.should_see('급한 상담')
    [view] = await services.history_views.views(agent)
    assert (view.name, view.query) == ('급한 상담', 'priority=high')

    user.find('조건 관리').click()
    await user.should_see('이름 바꾸기', retries=100)
    user.find('삭제').click()
    await user.should_see('“급한 상담” 조건을 지웠습니다', retries=100)
    assert await services.history_views.views(agent) == []
    user.find('되돌리기').click()
    await until(lambda: _names(services, agent, ['급한 상담']))


async def test_refused_view_says_why_at_its_field(
    user: User, make: Make, services: Services, agent: Agent
) -> None:
    await make.chat(visitor_name='정하윤', priority=Priority.HIGH)
    for name in ('급한 상담', '느린 상담'):
        await services.history_views.create(agent, name, HistoryFilter(text=name))
    await user.open('/desk/history?priority=high')
    await user.should_see('조건 저장', retries=100)
    user.find('조건 저장').click()
    await user.should_see('지금 고른 조건에 이름을 붙여 둡니다', retries=100)

    press(user, '저장')

    [field] = user.find(ui.input).elements
    await until(lambda: field.error == '조건의 이름을 적으세요.')
    press(user, '취소')
    await user.should_see('조건 관리', retries=100)
    press(user, '조건 관리')
    await user.should_see('이름 바꾸기', retries=100)
    first, last = sorted(user.find(ui.input).elements, key=lambda one: one.id)[-2:]
    last.set_value(first.value)
    press(user, '이름 바꾸기')
    await until(lambda: first.value in (last.error or ''))
    assert user.notify.messages == []


async def test_export_that_was_refused_says_so_in_its_dialog(
    user: User, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_dialog, 'BEGIN_SECONDS', 0.1)
    await make.chat(visitor_name='정하윤')
    await user.open('/desk/history')
    await user.should_see('정하윤', retries=100)
    user.find('내보내기').click()
    await user.should_see('지금 고른 조건의 이력을 파일로 받습니다', retries=100)

    monkeypatch.setattr(ui.download, 'from_url', lambda _url: None)  # its request comes to nothing
    press(user, '내보내기')
    await user.should_see('사유를 고르세요.')
    [reason] = user.find(kind=ui.select, content='사유').elements
    reason.value = 'report'
    press(user, '내보내기')

    await user.should_see('내보내기를 시작하지 못했습니다', retries=100)
    assert user.notify.messages == []


async def test_long_history_keeps_a_window_of_rows(user: User, make: Make) -> None:
    rows = PAGE * (history_table.MAX_PAGES + 1)
    for number in range(rows):
        await make.chat(visitor_name=f'{number + 1}번 손님')
    await user.open('/desk/history')
    await user.should_see(f'{rows}번 손님', retries=100)

    for shown in range(2, history_table.MAX_PAGES + 1):
        user.find('더 보기').click()
        await until(lambda count=shown: len(_pages(user)) == count)
    user.find('더 보기').click()
    await user.should_see('앞의 이력 보기', retries=50)
    assert len(_pages(user)) == history_table.MAX_PAGES
    await user.should_see('1번 손님')
    await user.should_not_see(f'{rows}번 손님')
    assert len(user.client.elements) <= MOST_ELEMENTS
    assert len(binding.active_links) == 0
    user.find('앞의 이력 보기').click()
    await user.should_see(f'{rows}번 손님', retries=50)


async def test_full_screen_stays_small(
    user: User, make: Make, services: Services, agent: Agent
) -> None:
    chat = await make.chat(
        agent=agent, lines=120, status=ChatStatus.CLOSED, ending=ChatEnding.AGENT
    )
    for number in range(30):
        await services.history_views.create(
            agent, f'보기 {number}', HistoryFilter(text=str(number))
        )
    for _ in range(PAGE + 1):
        await make.chat()

    client = await user.open(f'/desk/history/{chat.id}')

    await user.should_see('120번째 줄', retries=30)
    await user.should_see('더 보기', retries=100)
    assert len(client.elements) <= MOST_ELEMENTS


async def test_page_that_is_left_leaves_nothing_behind(
    user: User, web: FastAPI, make: Make
) -> None:
    chat = await make.chat(lines=1)
    topics = web.state.services.topics
    before = topics.counts()
    await user.open(f'/desk/history/{chat.id}')
    await user.should_see('1번째 줄', retries=100)
    assert f'chat:{chat.id}' in topics.counts()

    user.client.delete()

    assert topics.counts() == before


def _pages(user: User) -> list[Element]:
    return [one for one in user.client.elements.values() if one.tag == 'tbody']


async def _names(services: Services, agent: Agent, names: list[str]) -> bool:
    return [view.name for view in await services.history_views.views(agent)] == names
