"""Ownership of pages on NiceGUI's socket.

NiceGUI 3.18 finds a page by the ``client_id`` in a message, and checks nothing more. Here a message that names a page is
dropped unless the same principal opened the page and the socket: knowing another page's client id is worth nothing. The
page's request names the page's owner, the socket's request the socket's. An action counts for the screen around the element
that the message names: the audit log learns that here (``current_screen``).
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from nicegui import Client, core, json
from socketio import exceptions  # type: ignore[import-untyped]  # has no stubs

from desk import metrics, tracing
from pages.web import event_shapes, socket_packets
from pages.web.current_screen import route_of
from pages.web.principals import NOBODY, STATE_KEY, Principal, principals_in, sole
from services.work.recording import current_route

log = structlog.get_logger()

Handler = Callable[..., Any]


def guard_socket() -> None:
    """Install the guard before all of NiceGUI's socket handlers; a second call changes nothing.

    ``disconnect`` stays as it is: it names no page, NiceGUI knows the socket's pages. ``log`` is removed: with it every
    customer could write errors of any text into our log.
    """
    handlers: dict[str, Handler] = core.sio.handlers['/']
    handlers['log'] = _unheard
    for name, handler in handlers.items():
        if name != 'disconnect' and not hasattr(handler, 'desk_guard'):
            handlers[name] = (
                _guarded_connect(handler) if name == 'connect' else _guarded(name, handler)
            )


def owners_of(client_id: object) -> frozenset[UUID]:
    """Return the owners of a page; none when there is no such page."""
    client = Client.instances.get(client_id) if isinstance(client_id, str) else None
    if client is None:
        return frozenset()
    return principals_in(client.request.scope).identities


def remember(client: Client, principal: Principal) -> None:
    """Make one principal the only owner of a page, whatever else its request proved."""
    client.request.scope.setdefault('state', {})[STATE_KEY] = sole(principal)


def disown(client: Client) -> None:
    """Remove the owner of a page: later messages of its browser are dropped."""
    client.request.scope.setdefault('state', {})[STATE_KEY] = NOBODY


def holders_of_connection(engine_sid: str) -> frozenset[UUID]:
    """Return the owners of the connection that a polling request names."""
    return _holders(core.sio.environ.get(engine_sid))


async def _unheard(sid: str, message: object = None, *_: object) -> None:
    del sid, message


_unheard.desk_guard = True  # type: ignore[attr-defined]  # a mark, so that no handler is wrapped twice


def _guarded(name: str, handler: Handler) -> Callable[..., Awaitable[Any]]:
    async def guard(sid: str, message: object = None, *_: object) -> Any:
        client_id = message.get('client_id') if isinstance(message, Mapping) else None
        if not _may_speak_for(_holders(core.sio.get_environ(sid)), client_id, name):
            return (
                False if name == 'handshake' else None
            )  # NiceGUI's page reloads after a refused handshake
        if name == 'event' and not await _is_heard(sid, message):
            return None
        element_id = message.get('id') if isinstance(message, Mapping) else None
        # Each event is a task with a context of its own.
        current_route.set(route_of(client_id, element_id))
        if name != 'event':  # handshakes, and answers that are part of what asked for them
            return await _answer(handler, sid, message)
        with tracing.root('page event', route=current_route.get()):
            return await _answer(handler, sid, message)

    guard.desk_guard = True  # type: ignore[attr-defined]  # a mark, so that no handler is wrapped twice
    return guard


async def _answer(handler: Handler, *arguments: object) -> Any:
    answer = handler(*arguments)
    return await answer if inspect.isawaitable(answer) else answer


def _guarded_connect(handler: Handler) -> Callable[..., Awaitable[Any]]:
    async def guard(sid: str, environ: dict[str, Any], *rest: object) -> Any:
        try:
            socket_packets.check_query(environ.get('QUERY_STRING', ''))
            _join_once(environ)
        except socket_packets.MalformedError as error:
            metrics.MALFORMED.labels('handshake').inc()
            raise exceptions.ConnectionRefusedError from error
        client_ids = parse_qs(environ.get('QUERY_STRING', '')).get('client_id', [])
        holders = _holders(environ)
        if not all(_may_speak_for(holders, client_id, 'connect') for client_id in client_ids):
            raise exceptions.ConnectionRefusedError(
                'Implicit handshake failed'
            )  # NiceGUI's page reloads when it receives this
        return await _answer(handler, sid, environ, *rest)

    guard.desk_guard = True  # type: ignore[attr-defined]  # see above
    return guard


def _join_once(environ: dict[str, Any]) -> None:
    """Count a polling browser's join. Raises ``MalformedError`` for a second one."""
    if environ.setdefault('desk.joined', 'no') != 'no':
        raise socket_packets.MalformedError
    environ['desk.joined'] = 'yes'


async def _is_heard(sid: str, message: Any) -> bool:
    """Return whether the page can send this event; for any other, which NiceGUI would answer with a stack trace, disconnect."""
    element = Client.instances[message['client_id']].elements.get(message.get('id'))
    # NiceGUI 3.18 offers no other way to its listeners.
    listeners = element._event_listeners if element is not None else {}  # noqa: SLF001
    listener = listeners.get(message.get('listener_id'))
    if element is None or listener is None:  # the page may be redrawing it
        metrics.MALFORMED.labels('listener').inc()
        return False
    said = [None if one is None else json.loads(one) for one in message.get('args', [])]
    if event_shapes.fits(element, listener.type, said[0] if len(said) == 1 else said):
        return True
    metrics.MALFORMED.labels('arguments').inc()
    await _cut_off(sid)
    return False


async def _cut_off(sid: str) -> None:
    """Close a connection; engine.io itself only asks the browser to."""
    environ = core.sio.get_environ(sid)
    if environ['asgi.scope']['type'] == 'websocket':
        await environ['asgi.send']({'type': 'websocket.close', 'code': socket_packets.CLOSED})
    else:  # it polls, or polled at first
        await core.sio.eio.disconnect(core.sio.manager.eio_sid_from_sid(sid, '/'))


def _may_speak_for(holders: frozenset[UUID], client_id: object, name: str) -> bool:
    if not holders.isdisjoint(owners_of(client_id)):
        return True
    if isinstance(client_id, str) and client_id in Client.instances:
        metrics.FOREIGN_EVENTS.inc()
        log.warning('foreign_client_event', name=name, client_id=client_id)
    return False


def _holders(environ: Mapping[str, Any] | None) -> frozenset[UUID]:
    return principals_in((environ or {}).get('asgi.scope', {})).identities
