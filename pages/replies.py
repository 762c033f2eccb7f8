"""Canned replies at ``/desk/replies``: one's own for everybody, shared ones for supervisors."""

from nicegui import ui

from pages import shell
from pages.locale import _
from pages.parts.kit.key_map import Keys
from pages.parts.settings.canned_replies import CannedSection
from pages.shell import Shell

REPLIES = '/desk/replies'


def register(screens: shell.Screens) -> None:
    """Serve the canned replies."""
    screens.add(REPLIES, replies)


async def replies(shell: Shell) -> None:
    """Draw the replies and the form of one of them."""
    with ui.element('div').classes('desk-page'):
        section = CannedSection(shell)
    keys = Keys()
    keys.add('KeyN', 'N', _('새로 추가'), section.add)
    shell.keys.use(keys)
    await section.open()
