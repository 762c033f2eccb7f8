"""The import of customers from a sheet, at ``/desk/customers/import``, for supervisors and administrators."""

from nicegui import ui

from desk.errors import NotAllowedError
from pages import shell
from pages.locale import _
from pages.parts.customers.import_panel import ImportPanel
from pages.shell import Shell


def register(screens: shell.Screens) -> None:
    """Serve the screen."""
    screens.add('/desk/customers/import', bring_in)


async def bring_in(shell: Shell) -> None:
    """Draw the import. Raises ``NotAllowedError`` for agents."""

    def may_import() -> bool:
        return shell.services.customer_import.may_import(shell.agent)

    if not may_import():
        raise NotAllowedError('import.not_allowed')
    shell.on_rights_changed(may_import)
    with ui.element('div').classes('desk-page'):
        with ui.element('div').classes('desk-page-head'):
            ui.label(_('고객 가져오기')).classes('desk-page-title').props(
                'role=heading aria-level=2'
            )
        ImportPanel(shell)
