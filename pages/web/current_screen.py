"""The screen on which an action was performed, for the audit log. The browser's own word for its address proves nothing.

A screen is marked where it is drawn, and an event of an element counts for the screen around the element. An element outside
of every screen (the frame, its keys) acts on the screen that the server shows; without one, on the requested page.
"""

from collections.abc import Iterable

from nicegui import Client, ui
from starlette.routing import compile_path

from pages.web.paths import template_of
from services.work.recording import current_route

_MARK = 'desk_route'


def mark(element: ui.element, pattern: str) -> None:
    """Mark an element's content as the screen of this path template (``/desk/customers/{customer_id}``)."""
    setattr(element, _MARK, template_of(pattern))


def mark_as_here(element: ui.element) -> None:
    """Mark an element, such as a dialog, as part of the current screen, wherever it is drawn."""
    setattr(element, _MARK, current_route.get())


def act_on(pattern: str) -> None:
    """Count the rest of this task's actions for the screen of this path template."""
    current_route.set(template_of(pattern))


def show(client: Client, path: str, patterns: Iterable[str], *, otherwise: str) -> None:
    """Note which of its screens a page shows for an address; ``otherwise`` for an address of none."""
    fitting = (one for one in patterns if compile_path(one)[0].fullmatch(path))
    # Literal paths match before templates: ``/desk/customers/new`` before ``{customer_id}``.
    shown = min(fitting, key=lambda pattern: pattern.count('{'), default=otherwise)
    setattr(client, _MARK, template_of(shown))


def route_of(client_id: object, element_id: object = None) -> str:
    """Return the path template of the screen around an element; empty when there is no such page."""
    client = Client.instances.get(client_id) if isinstance(client_id, str) else None
    if client is None:
        return ''
    element = client.elements.get(element_id) if isinstance(element_id, int) else None
    if element is not None:
        for one in (element, *element.ancestors()):
            if route := getattr(one, _MARK, ''):
                return str(route)
    return str(getattr(client, _MARK, '')) or template_of(client.request.scope['path'])
