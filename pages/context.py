"""The page context: the signed-in person and the parts of a page that its panels share."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from models import Agent
from pages.component import ResultT, still
from services.calls.dial_rules import DialPurpose
from services.registry import Services

Dial = Callable[[str, DialPurpose], Awaitable[None]]
"""Takes a number as it is kept, and what for."""


class PageContext:
    """One signed-in page: the services, the person, the page's id, and the places for dialogs, offers and toasts."""

    services: Services
    agent: Agent
    """The person as they are now: one object per page, updated while the page is open. Do not copy its fields."""
    page_id: str
    dialogs: ui.element
    """Dialogs are drawn here on demand and cleared when they close."""
    offers: ui.element
    """Chats that ring at this page's agent are drawn here."""
    toasts: ui.element
    """Toasts with something to press are drawn here and leave by themselves."""

    dial: Dial | None = None
    """Calls a number by this page's softphone, once the desk's rules allow it; none where there is no softphone."""

    async def still(self, work: Awaitable[ResultT]) -> ResultT:
        """Await ``work`` and go on only while the page exists, whichever part of it asked; see ``component.still``."""
        return await still(self.dialogs, work)
