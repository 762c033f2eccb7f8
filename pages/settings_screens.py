"""Settings for administrators: queues at ``/desk/settings``, people and skills at paths below it."""

from collections.abc import Callable

from nicegui import ui

from desk.errors import DeskError
from pages import shell
from pages.locale import _
from pages.parts.kit.key_map import Keys
from pages.parts.kit.markup import Piece, filled
from pages.parts.settings.people import PeopleSection
from pages.parts.settings.queues import QueueSection
from pages.parts.settings.section import Section
from pages.parts.settings.skills import SkillSection
from pages.shell import Shell

SETTINGS = '/desk/settings'
PEOPLE = f'{SETTINGS}/people'
SKILLS = f'{SETTINGS}/skills'


def register(screens: shell.Screens) -> None:
    """Serve the settings."""
    screens.add(SETTINGS, queues)
    screens.add(PEOPLE, people)
    screens.add(SKILLS, skills)


async def queues(shell: Shell) -> None:
    """Draw the queues. Like all sections it raises ``NotAllowedError`` for all but administrators."""
    await _draw(shell, SETTINGS, QueueSection)


async def people(shell: Shell) -> None:
    """Draw the people."""
    await _draw(shell, PEOPLE, PeopleSection)


async def skills(shell: Shell) -> None:
    """Draw the skills."""
    await _draw(shell, SKILLS, SkillSection)


async def _draw(shell: Shell, here: str, section: Callable[[Shell], Section]) -> None:
    """Draw the links between the sections, and the section at ``here``."""
    with ui.element('div').classes('desk-page') as page:
        with ui.element('nav').classes('desk-settings-tabs') as ways:
            ways.props['aria-label'] = _('설정 항목')
            for path, name in ((SETTINGS, _('대기열')), (PEOPLE, _('사람')), (SKILLS, _('역량'))):
                way = Piece('a', inside=filled('{name}', name=name)).classes('desk-settings-tab')
                way.props['href'] = path
                if path == here:
                    way.props['aria-current'] = 'page'
        drawn = section(shell)
    keys = Keys()
    keys.add('KeyN', 'N', _('새로 추가'), drawn.add)
    shell.keys.use(keys)
    try:
        await drawn.open()
    except DeskError:
        page.delete()
        raise
