"""Who sits at a page, and what its panels share."""

from nicegui import ui

from models import Agent
from services.registry import Services


class Seat:
    """One signed-in page: the services, the person, the page's name, and where dialogs are drawn."""

    services: Services
    agent: Agent
    page_id: str
    dialogs: ui.element
    """Dialogs are drawn here on demand and cleared when they close."""
    toasts: ui.element
    """Toasts with something to press are drawn here and leave by themselves."""
