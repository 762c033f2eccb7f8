"""What stands behind the desk dies and comes back while two people talk: they notice, and lose nothing."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import expect

from desk.sandbox import BackingUrls
from desk.sandbox.leases import Tenancy
from desk.settings import Settings
from models import Agent
from services.demo.dialogues import PAYMENTS
from tests.browser.conftest import Contexts
from tests.support.browser import live
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.browser.talking import begin
from tests.support.make import DEPARTMENT
from tests.support.sandbox.homes import PATIENCE_SECONDS, Home
from tests.support.until import until
from tests.support.valkey import PrivateValkey


@pytest.fixture
def desk_with_valkey(
    backing: BackingUrls, template: str, valkey: PrivateValkey, tmp_path: Path
) -> Iterator[LiveDesk]:
    """A desk whose messenger is ``valkey``."""
    with live.database(backing, template, tmp_path) as settings:
        own = settings.model_copy(update={'redis_url': valkey.url})
        with live.served(own, tmp_path / 'errors.log') as desk:
            yield desk


@pytest.fixture
def sandboxed_desk(tmp_path: Path) -> Iterator[LiveDesk]:
    """A desk that was started as the README says, with servers of its own; without the softphone's window."""
    home = tmp_path / 'home'
    settings = Settings(_env_file=None, desk_home=home, pool_size=5, connect_sandbox=False)
    with live.served(settings, tmp_path / 'errors.log') as desk:
        yield desk


async def both(
    desk: LiveDesk, person: Contexts, username: str, department: str
) -> tuple[DeskScreen, CustomerScreen]:
    """Bring an agent and a customer of their department into one chat."""
    centre, staff = Centre(desk.address), await person()
    await centre.sign_in(staff, username)
    screen, talk = await centre.desk(staff), await centre.talk(await person())
    await screen.opens()
    await screen.page.keyboard.press('g')
    await expect(screen.page.locator('[data-status=available]')).to_be_visible()
    await begin(screen, talk, Agent(department=department))
    return screen, talk


async def test_badge_is_amber_while_valkey_is_away_and_words_still_come(
    desk_with_valkey: LiveDesk, valkey: PrivateValkey, person: Contexts
) -> None:
    desk, talk = await both(desk_with_valkey, person, 'agent1', DEPARTMENT)
    await synced(desk, 2)

    valkey.kill()
    await talk.sends('들리세요?')
    await expect(
        desk.page.get_by_role('status').filter(has_text='동기화 지연').first
    ).to_be_visible()
    await talk.sees('연결 지연')
    await desk.reads('안녕하세요', '들리세요?')
    await desk.sends('네, 들립니다')
    await talk.reads('안녕하세요', '들리세요?', '네, 들립니다')
    valkey.start()

    await synced(desk, 4)
    await expect(talk.page.get_by_text('연결 지연')).to_have_count(0)
    await talk.sends('다행이네요')
    await desk.reads('안녕하세요', '들리세요?', '네, 들립니다', '다행이네요')


async def test_desk_goes_on_when_its_servers_were_killed_and_replaced(
    sandboxed_desk: LiveDesk, person: Contexts
) -> None:
    home = Home(sandboxed_desk.settings.desk_home)
    desk, talk = await both(sandboxed_desk, person, 'agent4', PAYMENTS)

    with closing(Tenancy(home.path)) as other, other.alone():  # not before both have tried
        os.kill(home.postmaster_pid(), signal.SIGKILL)
        await until(lambda: not home.people('postgres'), seconds=PATIENCE_SECONDS)
        for screen, text in ((talk, '그사이에 보낸 질문'), (desk, '그사이에 보낸 답')):
            await screen.sends(text)
            await expect(screen.button('다시 보내기')).to_be_visible()
    await until(sandboxed_desk.is_ready, seconds=PATIENCE_SECONDS)
    for screen in (talk, desk):
        await screen.button('다시 보내기').click()

    for screen in (desk, talk):
        await screen.reads('안녕하세요', '그사이에 보낸 질문', '그사이에 보낸 답')
        await expect(screen.page.locator('.desk-pending-send')).to_have_count(0)
    await synced(desk, 4)

    os.kill(home.people('valkey')[0].pid, signal.SIGKILL)
    await talk.sends('하나 더요')
    await expect(desk.bubbles.last).to_have_text('하나 더요')
    await desk.sends('네, 말씀하세요')

    await expect(talk.bubbles.last).to_have_text('네, 말씀하세요')
    await synced(desk, 6)


async def synced(desk: DeskScreen, number: int) -> None:
    """Wait until the agent's badge says that everything up to a message is there."""
    badge = desk.page.get_by_role('status')
    await expect(badge.filter(has_text=f'동기화됨 · {number}').first).to_be_visible()
    await expect(badge.filter(has_text='동기화 지연')).to_have_count(0)
