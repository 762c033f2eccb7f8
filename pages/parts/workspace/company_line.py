"""Who writes in a chat beside its agent, below the header, with the buttons to join and to leave (함께 상담)."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from desk.errors import DeskError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import button
from pages.parts.kit.markup import Piece, filled
from services.chats.events import ChatCard


class CompanyLine(Component):
    """The colleagues in one chat."""

    def __init__(self, context: PageContext, *, on_changed: Callable[[ChatCard], object]) -> None:
        """Draw nothing until ``show``; ``on_changed`` gets the chat that the reader joined or left."""
        super().__init__(context.services.topics)
        self.classes('desk-company')
        self._context, self._agent = context, context.agent
        self._company = context.services.company
        self._on_changed = on_changed
        self._chat: ChatCard | None = None
        self._names: dict[UUID, str] = {}
        with self:
            self._said = Piece('span').classes('desk-viewers').props('role=status')
            self._join = button(_('함께 상담'), self.join)
            self._leave = button(_('상담에서 나가기'), self._go)

    def show(self, chat: ChatCard) -> None:
        """Show who is in the chat now."""
        self._chat = chat
        is_in = self._agent.id in chat.joined_agent_ids
        self._join.set_visibility(chat.is_open and chat.agent_id != self._agent.id and not is_in)
        self._leave.set_visibility(chat.is_open and is_in)
        is_others = chat.agent_id != self._agent.id
        self.set_visibility(chat.is_open and (is_others or bool(chat.joined_agent_ids)))
        if {one for one in self._people(chat) if one not in self._names}:
            self.start(self._learn_names(chat))
        else:
            self._say(chat)

    async def join(self) -> None:
        """Write in the chat, too."""
        await self._act(self._company.join)

    async def _go(self) -> None:
        await self._act(self._company.leave)

    async def _act(self, act: Callable[..., Awaitable[ChatCard]]) -> None:
        if self._chat is None:
            return
        try:
            self._on_changed(await self.still(act(self._agent, self._chat.id)))
        except DeskError as error:
            notices.tell(error)

    def _people(self, chat: ChatCard) -> list[UUID]:
        """Return who is in a chat of several; nobody when its agent is alone."""
        return [chat.agent_id, *chat.joined_agent_ids] if chat.agent_id and chat.joined_agent_ids else []  # fmt: skip

    async def _learn_names(self, chat: ChatCard) -> None:
        self._names |= await self.still(self._context.services.agents.names(self._people(chat)))
        self._say(self._chat or chat)

    def _say(self, chat: ChatCard) -> None:
        people = [self._names.get(one, '') for one in self._people(chat)]
        is_several = bool(people) and chat.is_open
        words = {'owner': people[0], 'others': ', '.join(people[1:])} if people else {}
        said = _('담당 {owner} · 함께 {others}', **words) if is_several else ''
        icon = '<i class="material-icons" aria-hidden="true">group</i>{said}'
        self._said.set_inside(filled(icon if is_several else '{said}', said=said))
