"""A message as one element: sender, text, time, and delivery mark."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from markupsafe import Markup

from models import MessageType, Sender
from models.chat import SAID
from pages.locale import _, language
from pages.parts.kit import times
from pages.parts.kit.file_link import file_link
from pages.parts.kit.markup import filled, linked, marked
from pages.parts.transcript.system_lines import system_sentence
from services.chats.events import ChatMessage
from services.text.highlight import Span

TOGETHER = timedelta(minutes=2)
"""Messages of one person within this time are grouped."""


def joins(message: ChatMessage, before: ChatMessage | None) -> bool:
    """Return whether a message is grouped with the one before it."""
    return (
        before is not None
        and message.type in SAID
        and before.type in SAID
        and (message.sender, message.sender_id) == (before.sender, before.sender_id)
        and message.created_at - before.created_at < TOGETHER
        and times.same_day(message.created_at, before.created_at)
    )


def bubble(  # noqa: PLR0913 - all of these say how one message looks
    message: ChatMessage,
    before: ChatMessage | None,
    *,
    own: Sender = Sender.AGENT,
    writer: str = '',
    mark: str = '',
    starts_unread: bool = False,
    spans: Sequence[Span] = (),
    tone: Markup | None = None,
) -> Markup:
    """Return the markup of a message.

    Args:
        message: the message.
        before: the message above it, if any: decides on the day divider and on grouping.
        own: the reader's side, whose messages carry no name.
        writer: the name above the first message of a group.
        mark: the delivery mark, under the newest of the reader's own.
        starts_unread: draws the line above the first unread message.
        spans: spans of the text to mark.
        tone: the sentiment, if it is known.
    """
    parts = []
    if before is None or not times.same_day(before.created_at, message.created_at):
        parts.append(
            filled(
                '<div class="desk-day"><span>{day}</span></div>', day=times.day(message.created_at)
            )
        )
    if starts_unread:
        parts.append(
            filled(
                '<div class="desk-unread-line"><span>{text}</span></div>',
                text=_('여기까지 읽었어요') if own is Sender.CUSTOMER else _('여기까지 읽었습니다'),
            )
        )
    if message.type not in SAID:
        parts.append(_system_line(message, own))
        return Markup().join(parts)
    if writer and not joins(message, before):
        parts.append(filled('<div class="desk-writer">{writer}</div>', writer=writer))
    parts.append(
        filled(
            '<div class="desk-line"><div class="desk-bubble" dir="auto">{text}</div>'
            '<div class="desk-meta">{tone}<span class="desk-mark">{mark}</span>'
            '<time title="{full}">{hour}</time></div></div>',
            text=_content(message, own, spans),
            tone=tone or '',
            mark=mark,
            full=times.full(message.created_at),
            hour=times.hour(message.created_at),
        )
    )
    return Markup().join(parts)


def _content(message: ChatMessage, own: Sender, spans: Sequence[Span]) -> Markup:
    if message.type is MessageType.FILE:
        side = 'visits' if own is Sender.CUSTOMER else 'sessions'
        place = f'/chat/{side}/{message.chat_session_id}/files/{message.id}'
        return file_link(place, message.content)
    return marked(message.content, spans) if spans else linked(message.content)


def _system_line(message: ChatMessage, own: Sender) -> Markup:
    if message.type is MessageType.NOTICE:
        return filled(
            '<div class="desk-notice" role="note"><p><i class="material-icons" aria-hidden="true">shield</i>{text}</p>'
            '<time title="{full}">{hour}</time></div>',
            text=message.content,
            full=times.full(message.created_at),
            hour=times.hour(message.created_at),
        )
    sentence = system_sentence(message.type, message.content, own, language())
    return filled(
        '<div class="desk-system"><span title="{full}">{sentence} · {hour}</span></div>',
        sentence=sentence,
        full=times.full(message.created_at),
        hour=times.hour(message.created_at),
    )


def side(message: ChatMessage, own: Sender) -> str:
    """Return the CSS class of a message's side, for a reader who writes as ``own``."""
    if message.sender is Sender.SYSTEM:
        return 'desk-message'
    return 'desk-message desk-own' if message.sender is own else 'desk-message desk-theirs'


def marks(
    messages: list[ChatMessage], own: Sender, *, delivered: int, read: int
) -> dict[UUID, str]:
    """Return the marks to show: delivery of the newest own message, and the last own message that was read."""
    mine = [message for message in messages if message.sender is own]
    if not mine:
        return {}
    newest = mine[-1]
    found = {
        newest.id: _('읽음')
        if newest.number <= read
        else _('전달됨')
        if newest.number <= delivered
        else _('전송됨')
    }
    last_read = next((message for message in reversed(mine) if message.number <= read), None)
    if last_read is not None:
        found[last_read.id] = _('읽음')
    return found
