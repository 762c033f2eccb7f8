"""Events of elements with whatever a forger puts into them: nothing of it becomes a stack trace."""

import asyncio
import json
import logging
import re
from collections.abc import Container, Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from nicegui import Client, background_tasks
from nicegui.element import Element
from nicegui.testing import User

from desk.sandbox import vendor
from desk.settings import Settings
from models import AgentRole
from pages import settings_screens
from pages.web import event_shapes
from tests.pages.conftest import SignIn, sign_in
from tests.support.make import Make
from tests.support.soaking import SOAKS

__all__ = ['sign_in']

ARGUMENTS: tuple[Any, ...] = (
    [], None, True, -1, 1e308, 2**53, 'x', '', [[]], {}, {'value': 99, 'label': []}, {'value': [], 'label': {}},
    {'value': 'x'}, '\x00', {'id': {}, 'text': [], 'seen': {}}, {'number': 'x'}, {'number': 1e308}, [1, 2], 'x' * 20_000,
    {'action': 'keydown', 'key': 7}, {'minutes': 'x', 'wish': 'x'}, '9' * 40, '2026-11-30T09:00', '0001-01-01', ['sort'],
    ['sort', [], {}], [{}, {}], {'value': '1' * 5_000}, ['0', '0'],
)  # fmt: skip
PEOPLE = f'{settings_screens.SETTINGS}/people'
SETTINGS_SCREENS = (
    *(path for tab in settings_screens.TABS if (path := f'{settings_screens.SETTINGS}{tab.path}') != PEOPLE),
    PEOPLE,
)  # fmt: skip
"""The people come last: a press there may require a second factor of whoever attacks."""
EVERY = 120
"""A naughty text goes to one in so many listeners of a page, the next text to others."""
SHARES = 1 if SOAKS else 3
"""A listener gets one in so many of ``ARGUMENTS``, a page one in so many naughty texts, the next one others."""
NAME = re.compile(r'\bname=\\?"([^"\\]+)')
"""Names of fields in the HTML that a page sends."""


def listeners_of(client: Client) -> dict[tuple[object, ...], tuple[Element, str, str]]:
    """Return one listener of each kind on a page: of an element, its id and what it hears."""
    return {
        (element.tag, listener.type, *sorted(element.classes)): (
            element,
            listener.id,
            listener.type,
        )
        for element in client.elements.values()
        for listener in element._event_listeners.values()
    }


def forge(client: Client, *, done: Container[tuple[object, ...]] = ()) -> set[tuple[object, ...]]:
    """Send every kind of listener of a page its share of what gets past the guard; going elsewhere comes last.

    Returns the kinds; those that are ``done`` are left out.
    """
    found = {kind: one for kind, one in listeners_of(client).items() if kind not in done}
    for turn, listener in enumerate(sorted(found.values(), key=lambda one: 'sub_pages' in one[2])):
        send(client, listener, ARGUMENTS[turn % SHARES :: SHARES])
    return set(found)


def send(client: Client, listener: tuple[Element, str, str], arguments: Iterable[Any]) -> None:
    """Send a listener those arguments that get past the guard."""
    element, listener_id, kind = listener
    for said in arguments:
        if event_shapes.fits(element, kind, said):
            args = [json.dumps(one) for one in (said if isinstance(said, list) else [said])]
            client.handle_event({'id': element.id, 'listener_id': listener_id, 'args': args})


def written(text: str, names: Iterable[str]) -> Iterator[Any]:
    """Yield a text in each shape in which the desk's own fields send one: alone, of a form, with its number or draft."""
    yield text
    yield dict.fromkeys(names, text)
    yield {'number': 1, 'text': text}
    yield {'id': str(uuid4()), 'text': text, 'seen': 0}
    yield {'version': 1, 'values': dict.fromkeys(names, text)}


def names_in(client: Client) -> set[str]:
    """Return the names of all fields on a page."""
    drawn = ' '.join(str(element.props) for element in client.elements.values())
    return set(NAME.findall(drawn)) | {'name', 'phone', 'email', 'body', 'memo', 'reason'}


async def settle(loops: Container[asyncio.Task[Any]] = ()) -> None:
    """Wait, 0.4 s at most, until what events have begun is over; ``loops`` go on as long as the page is open."""
    for _ in range(20):
        await asyncio.sleep(0.02)
        if all(one in loops for one in background_tasks.running_tasks):
            return


async def opened(user: User, path: str) -> tuple[Client, frozenset[asyncio.Task[Any]]]:
    """Open a page and wait until it stands; returns its loops, too."""
    client = await user.open(path)
    await settle()
    return client, frozenset(background_tasks.running_tasks)


async def leave(client: Client) -> None:
    """Close the page, and let what was begun on it end: an export has a process of its own."""
    client.delete()
    await settle()


def paths(chat_id: UUID, customer_id: UUID) -> tuple[str, ...]:
    """Return the address of every screen."""
    return (
        '/desk', f'/desk/chats/{chat_id}', '/desk/customers', '/desk/customers/new', f'/desk/customers/{customer_id}',
        '/desk/customers/import', '/desk/history', f'/desk/history/{chat_id}', '/desk/dashboard', '/desk/dashboard?open=today',
        '/desk/reports', '/desk/reports?view=heat', '/desk/reports?view=days', '/desk/audit', *SETTINGS_SCREENS,
    )  # fmt: skip


def traces_in(caplog: pytest.LogCaptureFixture, path: str) -> dict[tuple[str, str], str | None]:
    """Return the stack traces and errors since the last time."""
    traces = {
        (path, one.getMessage()): one.exc_text
        for one in caplog.records
        if one.exc_info or one.levelno >= logging.ERROR
    }
    caplog.clear()
    return traces


async def test_forged_events_leave_no_trace(
    web: FastAPI, sign_in: SignIn, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    admin = await make.agent(role=AgentRole.ADMIN)
    customer, chat = await make.customer(), await make.chat(agent=admin, lines=3)
    user = await sign_in(admin)
    traces = {}

    for path in paths(chat.id, customer.id):
        client, loops = await opened(user, path)
        done = forge(client)
        await settle(loops)
        forge(client, done=done)  # what the first round has opened is forged as well
        await settle(loops)
        await leave(client)
        traces |= traces_in(caplog, path)

    assert traces == {}


async def test_naughty_texts_in_fields_leave_no_trace(
    web: FastAPI, sign_in: SignIn, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    admin = await make.agent(role=AgentRole.ADMIN)
    customer, chat = await make.customer(), await make.chat(agent=admin, lines=3)
    user = await sign_in(admin)
    texts = json.loads(vendor.content(vendor.NAUGHTY, Settings().desk_home))
    traces = {}

    for number, path in enumerate(paths(chat.id, customer.id)):
        client, loops = await opened(user, path)
        names = names_in(client)
        found, elements = [], 0
        for turn, text in enumerate(texts[number % SHARES :: SHARES]):
            if len(client.elements) != elements:  # something was opened or drawn anew
                elements = len(client.elements)
                found = [one for one in listeners_of(client).values() if 'sub_pages' not in one[2]]
            for listener in found[turn % EVERY :: EVERY]:
                send(client, listener, written(text, names))
            await asyncio.sleep(0)
        await settle(loops)
        await leave(client)
        traces |= traces_in(caplog, path)

    assert traces == {}
