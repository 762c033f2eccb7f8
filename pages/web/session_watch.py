"""Open pages follow the person who signed in: what they may see now, and that the sign-in has ended.

A page whose session has ended closes at once, in every process, and leads back after signing in again.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote, urlencode

from nicegui import Client, background_tasks, context, core

from pages.web import ownership
from services.people.sign_ins import Staff
from services.people.staff_watch import StaffWatch
from services.registry import Services

OnChange = Callable[[frozenset[str]], Coroutine[Any, Any, None]]


def watch_session(services: Services, staff: Staff, on_change: OnChange | None = None) -> None:
    """Keep ``staff`` true for the page that is being drawn, and close it when their session ends.

    Args:
        services: what the desk can do.
        staff: who signed in; their row is the one that the whole page decides by.
        on_change: hears the names of what changed of them, once the row says it.
    """
    client = context.client
    watch = StaffWatch(services.sign_ins, services.topics, staff, _WatchedPage(client, on_change))
    client.on_delete(watch.stop)
    background_tasks.create(watch.keep(), name=f'session of page {client.id}')


class _WatchedPage:
    """One page, as the watch over its person knows it."""

    def __init__(self, client: Client, on_change: OnChange | None) -> None:
        self._client = client
        self._on_change = on_change

    def person_changed(self, fields: frozenset[str]) -> None:
        """Let the page go on by what its person's row says now."""
        if self._on_change is not None and not self._client.is_deleted:
            # as work of its own: whatever goes wrong in it, the watch goes on
            background_tasks.create(self._on_change(fields), context=self._client.layout)

    def sign_in_ended(self) -> None:
        """Hear nothing more from the page, and close it."""
        if not self._client.is_deleted:
            ownership.disown(self._client)
            background_tasks.create(close_page(self._client))


async def close_page(client: Client) -> None:
    """Send a page's browser to the login form, which brings it back, and forget the page."""
    ownership.disown(client)
    goal = {'ended': '1', 'next': client.sub_pages_router.current_path}
    path = '/login?' + urlencode(goal, safe='/', quote_via=quote)
    # Past the outbox, which delivers a moment later: by then there is no page to deliver for.
    await core.sio.emit('open', {'path': path, 'new_tab': False}, room=client.id)
    # A page whose socket has gone is about to be deleted by NiceGUI, which stumbles over a page that is deleted twice.
    is_going = bool(client._delete_tasks)  # noqa: SLF001 - NiceGUI 3.18 tells it nowhere else
    if not is_going:
        client.delete()
