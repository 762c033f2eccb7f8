"""Notes that mention this page's agent: a sound, and a card over every screen that leads to the note, until it is read."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from desk.errors import DeskError
from desk.events import Resync
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.chats.note_events import Mentioned, MentionRead, MentionView, NoteView, mention_topic


class MentionNews(Component):
    """The unread mentions, oldest first."""

    def __init__(
        self,
        context: PageContext,
        *,
        on_news: Callable[[], None],
        on_open: Callable[[NoteView], Awaitable[None] | None],
    ) -> None:
        """Follow the agent's mentions.

        Args:
            context: the page, whose place for offers holds the cards.
            on_news: makes the sound of a new mention.
            on_open: leads to a note.
        """
        super().__init__(context.services.topics)
        self._context, self._agent = context, context.agent
        self._notes = context.services.chat_notes
        self._on_news, self._on_open = on_news, on_open
        self._cards: dict[UUID, tuple[Piece, MentionView]] = {}
        self.listen(mention_topic(self._agent.id), self._hear)  # before reading
        self.start(self.refresh())

    async def refresh(self) -> None:
        """Read the unread mentions again: those of chats that the agent no longer sees are gone."""
        unread = await self.still(self._notes.unread(self._agent))
        for note_id in self._cards.keys() - {one.note.id for one in unread}:
            self._drop(note_id)
        for one in unread:
            self._draw(one)

    def open_first(self) -> None:
        """Go to the note of the oldest unread mention."""
        if self._cards:
            self.start(self._open(next(iter(self._cards.values()))[1]))

    def _hear(self, event: object) -> None:
        if isinstance(event, Resync):
            self.start(self.refresh())
        elif isinstance(event, Mentioned) and event.mention.note.id not in self._cards:
            self._draw(event.mention)
            self._on_news()
        elif isinstance(event, MentionRead):
            self._drop(event.note_id)

    def _draw(self, mention: MentionView) -> None:
        note = mention.note
        if note.id in self._cards:
            return
        said = _(
            '{author} 님이 {name} 님의 상담에서 불렀습니다',
            author=note.author,
            name=mention.customer,
        )
        with (
            self._context.offers,
            Piece('div').classes('desk-mention').props('role=alert') as card,
        ):
            card.props['aria-label'] = _('나를 부른 메모')
            inside = filled(
                '<time>{at}</time><strong><i class="material-icons" aria-hidden="true">lock</i>{said}</strong><p>{body}</p>',
                at=times.short(note.created_at),
                said=said,
                body=note.body,
            )
            Piece(inside=inside)
            with Piece('div').classes('desk-offer-acts'):
                # Run beside the card, which goes with it.
                button(_('읽었습니다'), lambda: self.start(self._read(note.id)))
                button(_('메모 보기'), lambda: self.start(self._open(mention)), ButtonStyle.PRIMARY)
        self._cards[note.id] = (card, mention)

    def _drop(self, note_id: UUID) -> None:
        if (drawn := self._cards.pop(note_id, None)) is not None:
            drawn[0].delete()

    async def _open(self, mention: MentionView) -> None:
        await self.still(self._read(mention.note.id))
        if (opening := self._on_open(mention.note)) is not None:
            await opening

    async def _read(self, note_id: UUID) -> None:
        self._drop(note_id)
        try:
            await self._notes.read(self._agent, note_id)
        except DeskError as error:
            notices.tell(error)
