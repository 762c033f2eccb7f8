"""Where the audit log says that something was done: on the screen that the server drew it on."""

from collections.abc import Sequence
from uuid import uuid4

from playwright.async_api import BrowserContext, expect

from models import Agent, AuditAction, AuditEntry
from services.audit.filter import AuditFilter
from services.registry import Services
from tests.support.browser.people import Centre
from tests.support.make import Make
from tests.support.until import until


async def shown(services: Services, make: Make, by: Agent) -> Sequence[AuditEntry]:
    """What the audit log says of numbers that somebody looked at."""
    admin = await make.admin(username=f'admin-{uuid4().hex[:8]}')
    wanted = AuditFilter(action=AuditAction.PERSONAL_DATA_SHOWN, agent_id=by.id)
    return (await services.audit_log.newest(admin, wanted)).entries


async def test_browser_that_claims_another_address_did_it_where_it_was_drawn(
    centre: Centre, context: BrowserContext, make: Make, services: Services, agent: Agent
) -> None:
    chief = await make.supervisor(username=f'chief-{uuid4().hex[:8]}')
    chat = await make.chat(agent=agent)
    await centre.sign_in(context, chief.username)
    desk = await centre.desk(context)
    await desk.page.goto(f'{centre.address}/desk/chats/{chat.id}')
    await desk.settles()
    eye = desk.page.locator('.desk-right .desk-eye')
    await expect(eye).to_be_visible()
    drawn_before = await eye.element_handle()

    claimed = f'/desk/chats/{chat.id}/audit'
    await desk.page.evaluate('path => emitEvent("sub_pages_open", path)', claimed)
    await until(lambda: desk.page.evaluate('it => !it.isConnected', drawn_before))
    await eye.click()
    await desk.page.get_by_role('button', name='본인 확인').click()
    await expect(desk.page.locator('.desk-right')).to_contain_text('010-9876-5432')

    [entry] = await shown(services, make, chief)
    assert entry.path == '/desk/chats/{id}'
