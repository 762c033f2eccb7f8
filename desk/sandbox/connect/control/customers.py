"""Routes for customers' actions: call, chat, speak, press keys, hang up."""

from fastapi import APIRouter

from desk.sandbox.connect.control.answers import NOTHING, REFUSED
from desk.sandbox.connect.control.shapes import (
    Attributes,
    CallWish,
    ChatWish,
    Digits,
    Line,
    Made,
    TaskWish,
    Typing,
)
from desk.sandbox.connect.hand import Caller, Hand


def router(hand: Hand) -> APIRouter:
    """Return the routes for customers' actions."""
    api = APIRouter(tags=['customers'], responses=REFUSED)
    _beginning(api, hand)
    _going_on(api, hand)
    return api


def _beginning(api: APIRouter, hand: Hand) -> None:

    @api.post('/calls')
    async def ring(wish: CallWish) -> Made:
        """Let a customer call. The contact waits in the queue, or rings at whoever is free."""
        return Made(id=hand.ring(wish.number, _caller(wish), is_recorded=wish.recorded))

    @api.post('/callbacks')
    async def ask_to_be_called(wish: CallWish) -> Made:
        """Request a callback as a customer (a queued callback)."""
        return Made(id=hand.ask_to_be_called(wish.number, _caller(wish)))

    @api.post('/chats')
    async def start_chat(wish: ChatWish) -> Made:
        """Start a chat as a customer, and join it."""
        return Made(id=hand.start_chat(_caller(wish), wish.text))

    @api.post('/tasks')
    async def start_task(wish: TaskWish) -> Made:
        """Create a task."""
        return Made(id=hand.start_task(_caller(wish), wish.description))


def _going_on(api: APIRouter, hand: Hand) -> None:
    @api.post('/contacts/{contact_id}/say')
    async def say(contact_id: str, line: Line) -> dict[str, str]:
        """Speak or write as the customer (or the agent) of a call or a chat.

        In a call it is heard when both are connected, not muted and not on hold; it then appears in
        the real-time analysis with its sentiment. In a chat it is a message of the transcript.
        """
        hand.say(contact_id, line.role, line.text)
        return NOTHING

    @api.post('/contacts/{contact_id}/type')
    async def type_(contact_id: str, typing: Typing) -> dict[str, str]:
        """Show a participant of a chat as typing."""
        hand.type(contact_id, typing.role)
        return NOTHING

    @api.post('/contacts/{contact_id}/press')
    async def press(contact_id: str, pressed: Digits) -> dict[str, str]:
        """Press keys as the customer of a call. Flows only lead to queues, so keys have no effect."""
        hand.press(contact_id, pressed.digits)
        return NOTHING

    @api.post('/contacts/{contact_id}/attributes')
    async def set_attributes(contact_id: str, told: Attributes) -> dict[str, str]:
        """Set attributes as the contact's flow does while it goes on: beside those that it has."""
        hand.set_attributes(contact_id, told.attributes)
        return NOTHING

    @api.post('/contacts/{contact_id}/hang-up')
    async def hang_up(contact_id: str) -> dict[str, str]:
        """Hang up, or leave the chat, as the customer."""
        hand.hang_up(contact_id)
        return NOTHING


def _caller(wish: CallWish | ChatWish | TaskWish) -> Caller:
    return Caller(queue=wish.queue, name=wish.name, attributes=wish.attributes)
