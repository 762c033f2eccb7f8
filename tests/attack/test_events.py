"""Events of elements with whatever a forger puts into them: nothing of it becomes a stack trace."""

import asyncio
import json
import logging
from typing import Any

import pytest
from fastapi import FastAPI
from nicegui import Client
from nicegui.element import Element

from models import AgentRole
from pages.web import event_shapes
from tests.pages.conftest import SignIn, sign_in
from tests.support.make import Make

__all__ = ['sign_in']

ARGUMENTS: tuple[Any, ...] = (
    [], None, True, -1, 1e308, 2**53, 'x', '', [[]], {}, {'value': 99, 'label': []}, {'value': [], 'label': {}},
    {'value': 'x'}, '\x00', {'id': {}, 'text': [], 'seen': {}}, {'number': 'x'}, {'number': 1e308}, [1, 2], 'x' * 20_000,
    {'action': 'keydown', 'key': 7},
)  # fmt: skip


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


def forge(client: Client) -> None:
    """Send every kind of listener of a page whatever gets past the guard; going elsewhere comes last."""
    found = listeners_of(client).values()
    for element, listener_id, kind in sorted(found, key=lambda one: 'sub_pages' in one[2]):
        for said in ARGUMENTS:
            if event_shapes.fits(element, kind, said):
                args = [json.dumps(one) for one in (said if isinstance(said, list) else [said])]
                client.handle_event({'id': element.id, 'listener_id': listener_id, 'args': args})


async def settle() -> None:
    """Wait for what events have begun."""
    for _ in range(20):
        await asyncio.sleep(0.02)


async def test_forged_events_leave_no_trace(
    web: FastAPI, sign_in: SignIn, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    admin = await make.agent(role=AgentRole.ADMIN)
    customer, chat = await make.customer(), await make.chat(agent=admin, lines=3)
    user = await sign_in(admin)
    paths = ('/desk', f'/desk/chats/{chat.id}', '/desk/customers', f'/desk/customers/{customer.id}', '/desk/history',
             f'/desk/history/{chat.id}', '/desk/audit', '/desk/customers/import')  # fmt: skip
    traces = {}

    for path in paths:
        client = await user.open(path)
        for _ in range(2):  # what the first round has opened is forged as well
            await settle()
            forge(client)
        await settle()
        for one in caplog.records:
            if one.exc_info or one.levelno >= logging.ERROR:
                traces[path, one.getMessage()] = one.exc_text
        caplog.clear()

    assert traces == {}
