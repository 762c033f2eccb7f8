"""보호 기록 at ``/desk/protection``: the cases within a supervisor's reach; one of them with its evidence below its address."""

from nicegui import ui

from pages import shell
from pages.parts.protection.record_list import RecordList
from pages.parts.protection.record_page import RecordPage
from pages.shell import Shell
from pages.web.paths import id_in

PROTECTION = '/desk/protection'


def register(screens: shell.Screens) -> None:
    """Serve the records."""
    screens.add(PROTECTION, records)
    screens.add(f'{PROTECTION}/{{case_id}}', record)


async def records(shell: Shell) -> None:
    """Draw the list. Raises ``NotAllowedError`` for agents."""
    with ui.element('div').classes('desk-page'):
        screen = RecordList(shell)
    await screen.open()


async def record(shell: Shell, case_id: str) -> None:
    """Draw one record. Raises ``NotAllowedError`` for agents, and ``NotFoundError``."""
    found = id_in(case_id, error_key='protection.not_found')
    with ui.element('div').classes('desk-page'):
        screen = RecordPage(shell, found)
    await screen.open()
