"""The customer screens: the table at ``/desk/customers``, one customer at ``/desk/customers/{id}``."""

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

from nicegui import context, ui

from desk.errors import DeskError
from pages import shell
from pages.locale import _
from pages.parts.customers.form import new_form
from pages.parts.customers.page import CustomerProfile
from pages.parts.customers.table import GRID, CustomerTable
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.key_map import Keys
from pages.parts.kit.search_box import Answer
from pages.shell import Shell
from pages.web.paths import id_in

LIST = '/desk/customers'


def register(screens: shell.Screens) -> None:
    """Serve the customers' screens."""
    screens.add(LIST, customers)
    screens.add(f'{LIST}/new', new_customer)
    screens.add(f'{LIST}/{{customer_id}}', customer)


async def customers(shell: Shell) -> None:
    """Draw the table. The top bar's search box filters it; the address holds the search."""

    def new() -> None:
        ui.navigate.to(f'{LIST}/new')

    async def find(text: str) -> Answer:
        answer = await table.still(table.find(text))
        query = f'?query={quote(text.strip())}' if text.strip() else ''
        shell.set_address(LIST + query)
        return answer

    def follow(path: str) -> None:
        text = _query(path)
        shell.search.set_text(text)
        table.start(table.find(text))

    with ui.element('div').classes('desk-page'):
        table = CustomerTable(shell, on_open=lambda one: ui.navigate.to(f'{LIST}/{one}'))
        with table.head:
            if shell.services.customer_import.may_import(shell.agent):
                button(_('가져오기'), lambda: ui.navigate.to(f'{LIST}/import'))
            button(_('새 고객'), new, ButtonStyle.PRIMARY)
    text = _query(context.client.sub_pages_router.current_path)
    shell.search.lend(GRID, find, address='query', text=text)
    shell.follow_address(follow)
    shell.keys.use(_keys(shell, new))
    await table.find(text)


async def new_customer(shell: Shell) -> None:
    """Draw the form of a new customer."""
    shell.on_rights_changed(lambda: True)  # every role may create customers: nothing to redraw
    with ui.element('div').classes('desk-person'), ui.element('section') as card:
        card.classes('desk-person-card')
        ui.label(_('새 고객')).classes('desk-page-title').props('role=heading aria-level=2')
        new_form(
            shell,
            on_saved=lambda one: ui.navigate.to(f'{LIST}/{one.id}'),
            on_cancel=lambda: ui.navigate.to(LIST),
        )


async def customer(shell: Shell, customer_id: str) -> None:
    """Draw one customer."""
    page = CustomerProfile(shell, id_in(customer_id, error_key='customer.not_found'))
    keys = Keys()
    keys.add('KeyE', 'E', _('고객 정보 고치기'), page.edit)
    keys.add('KeyN', 'N', _('메모 쓰기'), page.write)
    shell.keys.use(keys)
    shell.on_rights_changed(page.refresh)
    try:
        await page.open()
    except DeskError:
        page.delete()
        raise


def _keys(shell: Shell, new: Callable[[], None]) -> Keys:
    keys = Keys()
    keys.add('KeyJ', 'J', _('다음 고객'), lambda: shell.search.walk(1))
    keys.add('KeyK', 'K', _('이전 고객'), lambda: shell.search.walk(-1))
    keys.add('KeyN', 'N', _('새 고객'), new)
    return keys


def _query(path: str) -> str:
    """Return the search text in an address."""
    return parse_qs(urlsplit(path).query).get('query', [''])[0]
