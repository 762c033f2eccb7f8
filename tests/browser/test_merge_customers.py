"""Two records of one person become one, and two again; and a customer is deleted on request."""

from playwright.async_api import expect

from models import Agent, AgentRole
from services.registry import Services
from tests.browser.conftest import Contexts
from tests.support.browser.people import Centre, DeskScreen
from tests.support.make import Make


async def test_duplicate_is_suggested_merged_and_parted_again(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    kept = await make.customer(name='곽두팔', phone='01031313131', memo='오후 통화')
    other = await make.customer(name='곽두필', phone='01031313131', memo='오전 통화')
    await make.chat(agent=agent, customer_id=other.id, lines=2, visitor_name='곽두필')
    page = desk.page
    await page.goto(f'{desk.address}/desk/customers/{kept.id}')
    await desk.settles()

    await desk.button('비교').click()
    dialog = page.get_by_role('dialog', name='두 기록을 합칠까요?')
    await dialog.get_by_role('radio', name='곽두필').check()
    await dialog.get_by_role('button', name='합치기').click()

    await expect(page.get_by_role('heading', name='곽두필')).to_be_visible()
    await desk.sees('채팅 1회')
    await desk.sees(f'{other.code} 고객을 합침')
    await desk.sees('오전 통화')
    timeline = page.get_by_role('list', name='고객 이력')
    await timeline.get_by_role('button', name='대화 보기').click()
    await desk.sees('2번째 줄')

    await page.get_by_role('status').get_by_role('button', name='되돌리기').click()

    await expect(page.get_by_role('heading', name='곽두팔')).to_be_visible()
    await desk.sees('채팅 0회')
    await page.goto(f'{desk.address}/desk/customers/{other.id}')
    await expect(page.get_by_role('heading', name='곽두필')).to_be_visible()
    await desk.sees('채팅 1회')


async def test_merged_record_leads_to_the_one_it_became_part_of(
    desk: DeskScreen, make: Make, services: Services, agent: Agent
) -> None:
    kept, other = await make.customer(name='곽하나'), await make.customer(name='곽둘')
    versions = (kept.version, other.version)
    await services.customer_merging.merge(agent, kept.id, other.id, versions=versions)
    await desk.page.goto(f'{desk.address}/desk/customers/{other.id}')
    await desk.settles()

    await desk.page.get_by_role('link', name='곽하나').click()

    await expect(desk.page.get_by_role('heading', name='곽하나')).to_be_visible()
    await desk.page.go_back()
    await desk.sees('다른 고객과 합쳐진 고객입니다')


async def test_supervisor_deletes_a_customer_and_open_pages_say_so(
    centre: Centre, person: Contexts, desk: DeskScreen, make: Make, agent: Agent
) -> None:
    customer = await make.customer(name='곽사라')
    boss = await make.supervisor(
        username=f'{agent.username}-s', department=agent.department, role=AgentRole.SUPERVISOR
    )
    context = await person()
    await centre.sign_in(context, boss.username)
    theirs = await centre.desk(context)
    for screen in (desk, theirs):
        await screen.page.goto(f'{desk.address}/desk/customers/{customer.id}')
        await screen.settles()
        await expect(screen.page.get_by_role('heading', name='곽사라')).to_be_visible()
    await expect(desk.button('고객 정보 삭제')).to_have_count(0)

    await theirs.button('고객 정보 삭제').click()
    await theirs.button('삭제').click()

    for screen in (desk, theirs):
        await expect(screen.page.get_by_role('heading', name='곽사라')).to_be_hidden()
        await expect(screen.page.get_by_role('alert').first).to_be_visible()


async def test_note_is_written_with_one_enter_and_read_by_colleagues(
    centre: Centre, person: Contexts, desk: DeskScreen, make: Make, agent: Agent
) -> None:
    customer = await make.customer(name='곽네모')
    colleague = await make.agent(username=f'{agent.username}-c', department=agent.department)
    context = await person()
    await centre.sign_in(context, colleague.username)
    theirs = await centre.desk(context)
    for screen in (desk, theirs):
        await screen.page.goto(f'{desk.address}/desk/customers/{customer.id}')
        await screen.settles()
    box = desk.page.get_by_role('textbox', name='상담 메모')

    await box.fill('다음 주에 다시 전화하기로 함')
    await box.press('Enter')

    await theirs.sees('다음 주에 다시 전화하기로 함')
    await expect(box).to_have_value('')
    await expect(theirs.button('지우기')).to_have_count(0)
    await desk.button('지우기').click()
    await desk.page.get_by_role('dialog').get_by_role('button', name='지우기').click()
    await expect(theirs.page.get_by_text('다음 주에 다시 전화하기로 함')).to_be_hidden()


async def test_chat_is_linked_to_somebody_found_by_search(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    customer = await make.customer(name='곽처음', phone='01055550001')
    chat = await make.chat(agent=agent, lines=1, visitor_phone='01099990001')
    await desk.opens(chat.id)
    panel = desk.page.get_by_role('region', name='고객 정보')

    await panel.get_by_role('combobox').fill('곽처음')
    await panel.get_by_role('option').click()
    await desk.page.get_by_role('dialog').get_by_role('button', name='연결').click()

    await expect(panel.get_by_role('heading', name='곽처음')).to_be_visible()
    await panel.get_by_role('link', name='고객 화면 열기').click()
    await desk.page.wait_for_url(f'**/desk/customers/{customer.id}')
