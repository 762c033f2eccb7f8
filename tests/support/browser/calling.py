"""An agent at the desk with a softphone, as they see it: the call bar, and what they press there."""

import re
from functools import partial
from pathlib import Path

from playwright.async_api import BrowserContext, Frame, Locator, Page, expect

from desk.settings import Settings
from tests.support.browser.people import Centre
from tests.support.sandbox.box import Box
from tests.support.until import until as tests_until

until = partial(tests_until, seconds=15)


class CallScreen:
    """One tab: the window, and the desk in its frame."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    @property
    def desk(self) -> Frame:
        """The desk itself."""
        frame = self.page.frame(name='desk')
        assert frame is not None
        return frame

    @property
    def bar(self) -> Locator:
        """The call bar."""
        return self.desk.get_by_role('region', name='통화', exact=True)

    def button(self, name: str) -> Locator:
        """A button of the call bar by its whole name."""
        return self.bar.get_by_role('button', name=name, exact=True)

    async def opens(self, path: str = '/desk') -> 'CallScreen':
        """Open the desk; return when its softphone is there."""
        await self.page.goto(f'{self.address}{path}')
        await self.is_ready()
        return self

    async def is_ready(self) -> None:
        """Wait until the softphone says that it is."""
        await expect(self.bar).to_have_attribute('data-link', 'ready')

    async def presses(self, *names: str) -> None:
        """Press buttons of the call bar."""
        for name in names:
            await self.button(name).click()

    async def sees(self, text: str) -> None:
        """Wait until the call bar says something."""
        await expect(self.bar).to_contain_text(text)

    async def is_in(self, state: str) -> None:
        """Wait until the call is in a state: ringing, dialling, talking, held, wrap_up, none."""
        await expect(self.bar).to_have_attribute('data-call', state)

    async def chooses(self, status: str) -> None:
        """Choose a 상담 상태 on the desk."""
        await self.desk.get_by_label('상담 상태').click()
        await self.desk.get_by_role('option', name=status, exact=True).click()

    def leg(self, name: str) -> Locator:
        """One end of the call by who it is."""
        return self.bar.get_by_role('listitem').filter(has_text=re.compile(name))


async def at_the_phone(centre: Centre, context: BrowserContext, username: str) -> CallScreen:
    """Sign somebody in and let them sit down at their desk with its softphone."""
    await centre.sign_in(context, username)
    return await CallScreen(await context.new_page(), centre.address).opens()


def softphone_of(box: Box) -> dict[str, Path | str]:
    """Return the settings of a desk whose softphone is Connect in a box."""
    return {
        'desk_home': Settings().desk_home,  # Amazon's library is there
        'connect_ccp_url': f'{box.url}/ccp-v2/',
        'connect_login_url': f'{box.url}/connect/login?agent={{username}}',
    }
