"""Pages of a session that has ended close at once, in every process, and lead back after signing in again."""

import asyncio
from urllib.parse import quote, urlencode

import structlog
from nicegui import Client, background_tasks, context, core

from desk import clock
from desk.events import Event, Resync
from pages import ownership
from services.chat_events import SessionRevoked, agent_topic
from services.registry import Services
from services.sign_ins import Staff

log = structlog.get_logger()

RECHECK_SECONDS = 60
"""How often a page asks whether its session still holds, should the event not reach it."""


def watch_session(services: Services, staff: Staff) -> None:
    """Close the page that is being drawn when its session is revoked or expires."""
    _Watch(services, staff, context.client)


class _Watch:
    """One page's watch over its session; ends with the page."""

    def __init__(self, services: Services, staff: Staff, client: Client) -> None:
        self._sign_ins = services.sign_ins
        self._staff = staff
        self._client = client
        self._again = asyncio.Event()
        subscription = services.topics.subscribe(agent_topic(staff.agent.id), self._hear)
        client.on_delete(subscription.cancel)
        client.on_delete(self._again.set)
        background_tasks.create(self._keep_watch(), name=f'session of page {client.id}')

    def _hear(self, event: Event) -> None:
        if isinstance(event, SessionRevoked) and event.session_id == self._staff.session_id:
            ownership.disown(self._client)  # at once: nothing more is heard from it
            self._again.set()
        elif isinstance(event, Resync):  # the event may have been missed
            self._again.set()

    async def _keep_watch(self) -> None:
        while not self._client.is_deleted and await self._holds():
            left = (self._staff.expires_at - clock.now()).total_seconds()
            await self._rest(min(RECHECK_SECONDS, max(1.0, left)))
        if not self._client.is_deleted:
            await close_page(self._client)

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._again.wait(), seconds)
        except TimeoutError:
            return
        self._again.clear()

    async def _holds(self) -> bool:
        try:
            return await self._sign_ins.is_valid(self._staff.session_id)
        except Exception:
            # Whatever it is (the database away for a moment): asked again in a minute.
            log.warning(
                'session_not_checked', session_id=str(self._staff.session_id), exc_info=True
            )
            return True


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
