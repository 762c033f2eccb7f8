"""What an agent writes under a chat: a message to the customer, or a private note; never in the same box.

A note has its own box, in another colour and stored by another key, in the place of the reply box (decision 0044). The
bar above says at any time who will read what is typed, and which key does it.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from models.chat import MAX_MESSAGE_CHARS
from models.chat_note import MAX_CHAT_NOTE_CHARS, MAX_MENTIONS
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.kit.chat_files import offer_files
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.reply_box import Person, ReplyBox, ReplyBoxLabels, ReplyBoxPlace, TypedReply
from pages.parts.workspace.canned_offers import CannedOffers
from pages.web.forms import undo_seconds_of
from services.chats.chats import NewerMessagesError
from services.chats.events import ChatMessage
from services.chats.note_events import NoteDraftSaved, NoteView, note_draft_topic
from services.chats.notes import Colleague, NewNote
from services.chats.outgoing import OutgoingMessage

_CALLED = re.compile(r'@(\w{2,30})')
MOST_CALLED = 5


class Mode(StrEnum):
    """What is written."""

    MESSAGE = 'message'
    NOTE = 'note'


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposerNews:
    """What the conversation does when something was written."""

    sent: Callable[[ChatMessage], None]
    """The agent's message is stored."""
    noted: Callable[[NoteView], None]
    """The agent's note is stored."""
    catch_up: Callable[[], Awaitable[None]]
    """A colleague wrote meanwhile: show it."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What the agent had typed in a chat and not sent: as a message, and as a private note."""

    message: str
    note: str


class Composer(Component):
    """The two boxes of one chat, of which one is shown."""

    def __init__(
        self,
        context: PageContext,
        chat_id: UUID,
        news: ComposerNews,
        *,
        unsent: Unsent,
        transcript_id: str,
    ) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-composer')
        self._context, self._services, self._agent = context, context.services, context.agent
        self._chat_id, self._news = chat_id, news
        self._meant: set[UUID] = set()
        transcript = f'#{transcript_id}'
        with self:
            with ui.element('div').classes('desk-modes').props('role=group') as modes:
                modes.props['aria-label'] = _('쓰는 곳')
                self._modes = {
                    Mode.MESSAGE: self._mode_button(Mode.MESSAGE, _('메시지'), 'R', ''),
                    Mode.NOTE: self._mode_button(Mode.NOTE, _('내부 메모'), 'O', 'lock'),
                }
                self._said = Piece('span').classes('desk-mode-said').props('role=status')
            self.box = self._reply_box(unsent.message, transcript)
            self.canned = CannedOffers(self, context, self.box)
            self._note_box = self._make_note_box(unsent.note, transcript)
        self._show(Mode.MESSAGE)
        self.listen(note_draft_topic(self._agent.id, chat_id), self._hear_note_draft)

    def write(self) -> None:
        """Put the caret into the box for messages."""
        self._show(Mode.MESSAGE)
        self.box.focus()

    def write_note(self) -> None:
        """Put the caret into the box for private notes."""
        self._show(Mode.NOTE)
        self._note_box.focus()

    # ---- drawing

    def _mode_button(self, mode: Mode, name: str, key: str, icon: str) -> Piece:
        drawn = filled('<i class="material-icons" aria-hidden="true">{icon}</i>', icon=icon)
        inside = filled(
            '{icon}{name} <kbd aria-hidden="true">{key}</kbd>',
            icon=drawn if icon else Markup(),
            name=name,
            key=key,
        )
        act = self.write if mode is Mode.MESSAGE else self.write_note
        piece = Piece('button', inside=inside).props('type=button').classes('desk-mode')
        piece.props['aria-label'] = name
        return piece.on('click', act, args=[])

    def _show(self, mode: Mode) -> None:
        is_note = mode is Mode.NOTE
        said, key = (
            (_('고객에게 보이지 않습니다'), _('Ctrl+Enter로 남기기, Enter는 줄 바꿈'))
            if is_note
            else (_('고객에게 보입니다'), _('Enter로 전송'))
        )
        self.props['data-mode'] = mode.value
        self.update()
        for one, piece in self._modes.items():
            piece.set_attribute('aria-pressed', 'true' if one is mode else 'false')
        self._said.set_inside(
            filled('{said}<span class="desk-mode-key"> · {key}</span>', said=said, key=key)
        )
        self.box.set_visibility(not is_note)
        self._note_box.set_visibility(is_note)

    def _reply_box(self, draft: str, transcript: str) -> ReplyBox:
        labels = ReplyBoxLabels(
            placeholder=_('메시지를 입력하세요...'),
            box=_('메시지'),
            send=_('전송'),
            sending=_('전송중'),
            waiting=_('연결되면 전송됩니다'),
            failed=_('실패'),
            again=_('다시 보내기'),
            discard=_('지우기'),
            send_anyway=_('그대로 보내기'),
            edit=_('고치기'),
            too_long=_('메시지가 너무 깁니다'),
            resting=_('곧 전송됩니다 · Ctrl+Z로 되돌리기'),
            undo=_('되돌리기'),
        )
        place = ReplyBoxPlace(
            keep=f'desk.pending.{self._chat_id}.{self._agent.id}', transcript=transcript
        )
        undo = undo_seconds_of(ui.context.client.request)
        box = ReplyBox(labels, place, limit=MAX_MESSAGE_CHARS, text=draft, undo_seconds=undo)
        if self._services.files.are_on:
            offer_files(box, f'/chat/sessions/{self._chat_id}/files')
        box.on_send(self._send)
        box.on_draft(self._keep_draft)
        box.on_typing(lambda: self._services.chats.typing(self._agent, self._chat_id))
        return box

    def _make_note_box(self, draft: str, transcript: str) -> ReplyBox:
        labels = ReplyBoxLabels(
            placeholder=_('동료만 보는 메모를 입력하세요. @로 동료를 부릅니다'),
            box=_('내부 메모'),
            send=_('남기기'),
            sending=_('저장하고 있습니다'),
            waiting=_('연결되면 저장됩니다'),
            failed=_('실패'),
            again=_('다시 시도'),
            discard=_('지우기'),
            send_anyway=_('그대로 남기기'),
            edit=_('고치기'),
            too_long=_('메모가 너무 깁니다'),
            people=_('부를 동료'),
        )
        place = ReplyBoxPlace(
            keep=f'desk.chat-note.{self._chat_id}.{self._agent.id}', transcript=transcript
        )
        box = ReplyBox(labels, place, limit=MAX_CHAT_NOTE_CHARS, text=draft, with_ctrl=True)
        box.on_send(self._store_note)
        box.on_draft(self._keep_note_draft)  # and no typing: a note is nobody's to wait for
        box.on_people(self._colleagues)
        return box

    # ---- messages

    async def _send(self, sent: TypedReply) -> None:
        if sent.id not in self._meant and await self.still(self._calls_a_colleague(sent.text)):
            self._meant.add(sent.id)
            words = _('동료를 부르는 말이 있어 보내지 않았습니다. 고객에게 그대로 보낼까요?')
            self.box.hold(sent.id, words)
            return
        outgoing = OutgoingMessage(
            id=sent.id, chat_id=self._chat_id, content=sent.text, seen=sent.seen
        )
        try:
            message = await self.still(self._services.chats.reply(self._agent, outgoing))
        except NewerMessagesError as error:
            await self.still(self._news.catch_up())
            self.box.hold(sent.id, sentence(language(), error))
        except DeskError as error:
            self.box.fail(sent.id, sentence(language(), error))
        else:
            self.box.settle(sent.id)
            self._news.sent(message)

    async def _calls_a_colleague(self, text: str) -> bool:
        """Whether a message says ``@name`` of a colleague: it was probably meant to be a note."""
        called = [name for name in _CALLED.findall(text) if not name.isascii()][:MOST_CALLED]
        for name in called:
            for one in await self.still(self._found(name[:3])):
                if name.startswith(one.name):
                    return True
        return False

    async def _keep_draft(self, text: str) -> None:
        try:
            await self._services.drafts.save(
                self._agent, self._chat_id, text, tab=self._context.page_id
            )
        except DeskError as error:  # saving was not the agent's own action
            notices.apologise(error)

    # ---- notes

    async def _store_note(self, typed: TypedReply) -> None:
        new = NewNote(
            id=typed.id,
            chat_id=self._chat_id,
            body=typed.text,
            mentions=typed.mentions[:MAX_MENTIONS],
        )
        try:
            note = await self.still(self._services.chat_notes.add(self._agent, new))
        except DeskError as error:
            self._note_box.fail(typed.id, sentence(language(), error))
        else:
            self._note_box.settle(typed.id)
            self._news.noted(note)

    async def _keep_note_draft(self, text: str) -> None:
        try:
            await self._services.note_drafts.save(
                self._agent, self._chat_id, text, tab=self._context.page_id
            )
        except DeskError as error:  # saving was not the agent's own action
            notices.apologise(error)

    def _hear_note_draft(self, event: object) -> None:
        if isinstance(event, NoteDraftSaved) and event.tab != self._context.page_id:
            self._note_box.set_draft(event.text)

    async def _colleagues(self, text: str) -> list[Person]:
        return [
            Person(id=str(one.id), name=one.name, detail=f'{_(one.department)} · {one.username}')
            for one in await self.still(self._found(text))
        ]

    async def _found(self, text: str) -> list[Colleague]:
        try:
            return await self._services.chat_notes.colleagues(self._agent, self._chat_id, text)
        except DeskError:  # the chat is no longer to be seen, which its own panel says
            return []
