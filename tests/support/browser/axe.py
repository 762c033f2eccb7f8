"""axe-core on an open page, light and dark."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

THEMES = ('light', 'dark')


async def nothing_found(page: Page, what: str) -> None:
    """Let axe-core find nothing on a page as it is now; ``what`` names it where it does."""
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme, reduced_motion='reduce')
        found = await Axe().run(page)
        said = [
            f'{one["id"]}: {node["target"]} {node["failureSummary"]}'
            for one in found.response['violations']
            for node in one['nodes']
        ]
        assert not said, f'{what}, {theme}:\n' + '\n'.join(said)
