"""Keeps open pages current with the signed-in person: changed rights, and the end of the session.

A page whose session ended closes at once, in every process, and comes back after signing in again.
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
    """Keep ``staff`` current for the page that is being drawn, and close the page when the session ends.

    Args:
        services: the desk's use cases.
        staff: the signed-in person; the whole page uses this one row.
        on_change: called with the names of the changed fields, after the row has them.
    """
    client = context.client
    watch = StaffWatch(services.sign_ins, services.topics, staff, _WatchedPage(client, on_change))
    client.on_delete(watch.stop)
    background_tasks.create(watch.keep(), name=f'session of page {client.id}')


class _WatchedPage:
    """One page and the watch over its session."""

    def __init__(self, client: Client, on_change: OnChange | None) -> None:
        self._client = client
        self._on_change = on_change

    def person_changed(self, fields: frozenset[str]) -> None:
        """Tell the page that the person's row has changed."""
        if self._on_change is not None and not self._client.is_deleted:
            # as a task of its own: its errors must not stop the watch
            background_tasks.create(self._on_change(fields), context=self._client.layout)

    def sign_in_ended(self) -> None:
        """Drop the page's further messages, and close it."""
        if not self._client.is_deleted:
            ownership.disown(self._client)
            background_tasks.create(close_page(self._client))


async def close_page(client: Client) -> None:
    """Lead a page's browser to the login form, which leads back, and delete the page."""
    ownership.disown(client)
    goal = {'ended': '1', 'next': client.sub_pages_router.current_path}
    path = '/login?' + urlencode(goal, safe='/', quote_via=quote)
    # Bypasses NiceGUI's outbox, which delivers later: by then the page is deleted.
    await core.sio.emit('open', {'path': path, 'new_tab': False}, room=client.id)
    # NiceGUI is about to delete a page whose socket has closed, and raises for a page that is deleted twice.
    is_going = bool(client._delete_tasks)  # noqa: SLF001 - NiceGUI 3.18 tells it nowhere else
    if not is_going:
        client.delete()
