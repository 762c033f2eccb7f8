"""A chat of before, opened in place: under its row in the customer's panel or timeline."""

from uuid import UUID

from nicegui import ui

from models import Sender
from pages.locale import _
from pages.parts.transcript import MessagePages, Transcript
from pages.seat import Seat
from services.chat_events import ChatMessage


async def open_under(place: ui.element, seat: Seat, chat_id: UUID) -> ui.element:
    """Draw a chat's messages into a place and return what holds them, to be deleted when it closes."""
    with place, ui.element('div').classes('desk-earlier-transcript') as held:
        transcript = Transcript(
            _pages(seat, chat_id), own=Sender.AGENT, writer=_nobody, label=_('이전 상담 내용')
        )
    await transcript.load()
    return held


def _pages(seat: Seat, chat_id: UUID) -> MessagePages:
    async def before(number: int | None, limit: int) -> list[ChatMessage]:
        chats = seat.services.chats
        return await chats.transcript(seat.agent, chat_id, before=number, limit=limit)

    async def after(number: int) -> list[ChatMessage]:
        return await seat.services.chats.messages_after(seat.agent, chat_id, number)

    return MessagePages(before=before, after=after)


def _nobody(_message: ChatMessage) -> str:
    return ''
