"""On which screen something was done, as the server knows it: what the browser says its address is proves nothing.

A screen is marked where it is drawn, and whatever happens in an element happened on the screen around it. What stands in no
screen (the frame, its keys) acts on the screen that the server shows; without one, on the page that was asked for over HTTP.
"""

from collections.abc import Iterable

from nicegui import Client, ui
from starlette.routing import compile_path

from pages.web.paths import template_of
from services.work.recording import current_route

_MARK = 'desk_route'


def mark(element: ui.element, pattern: str) -> None:
    """Say that what is drawn into an element is the screen of this path (``/desk/customers/{customer_id}``)."""
    setattr(element, _MARK, template_of(pattern))


def mark_as_here(element: ui.element) -> None:
    """Say that an element belongs to the screen on which it is being opened, wherever it is drawn: a dialog."""
    setattr(element, _MARK, current_route.get())


def act_on(pattern: str) -> None:
    """Let what this task goes on to do be done on the screen of this path."""
    current_route.set(template_of(pattern))


def show(client: Client, path: str, patterns: Iterable[str], *, otherwise: str) -> None:
    """Note which of its screens the server shows for an address; ``otherwise`` for one that names none."""
    fitting = (one for one in patterns if compile_path(one)[0].fullmatch(path))
    # What is written out goes before what has a name: ``/desk/customers/new`` before ``{customer_id}``.
    shown = min(fitting, key=lambda pattern: pattern.count('{'), default=otherwise)
    setattr(client, _MARK, template_of(shown))


def route_of(client_id: object, element_id: object = None) -> str:
    """Return the screen that an element of a page stands on, as a template; empty when there is no such page."""
    client = Client.instances.get(client_id) if isinstance(client_id, str) else None
    if client is None:
        return ''
    element = client.elements.get(element_id) if isinstance(element_id, int) else None
    if element is not None:
        for one in (element, *element.ancestors()):
            if route := getattr(one, _MARK, ''):
                return str(route)
    return str(getattr(client, _MARK, '')) or template_of(client.request.scope['path'])
