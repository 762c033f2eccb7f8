"""The line below a chat's header while it is being transferred: to whom, how long they have, and a button to take it back."""

from uuid import UUID

from desk.errors import DeskError
from desk.events import Resync
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import button
from pages.parts.kit.markup import Piece, filled
from services.chats.transfer_events import (
    TransferAsked,
    TransferEnded,
    TransferView,
    transfer_topic,
)


class TransferLine(Component):
    """Hidden unless this page's agent has asked somebody to take the chat over."""

    def __init__(self, context: PageContext, chat_id: UUID, *, is_own: bool) -> None:
        """Follow the transfers of a chat; only an own one may be under way already."""
        super().__init__(context.services.topics)
        self.classes('desk-transfer-line').props('role=status')
        self._agent, self._chat_id = context.agent, chat_id
        self._transfers = context.services.transfers
        self._open: TransferView | None = None
        with self:
            self._said = Piece('span')
            button(_('호전환 취소'), self._withdraw)
        self.set_visibility(False)
        self.listen(transfer_topic(context.agent.id), self._hear)  # before reading
        if is_own:
            self.start(self._read())

    async def _read(self) -> None:
        self._show(await self.still(self._transfers.open_of_chat(self._agent, self._chat_id)))

    def _hear(self, event: object) -> None:
        if isinstance(event, Resync):
            self.start(self._read())
        elif isinstance(event, TransferAsked | TransferEnded):
            transfer = event.transfer
            if transfer.from_id == self._agent.id and transfer.chat_session_id == self._chat_id:
                self._show(transfer if isinstance(event, TransferAsked) else None)

    def _show(self, transfer: TransferView | None) -> None:
        self._open = transfer
        self.set_visibility(transfer is not None)
        if transfer is not None:
            inside = filled(
                '<i class="material-icons" aria-hidden="true">phone_forwarded</i>{said} <time data-countdown="{until}"></time>',
                said=_('{name} 님에게 넘기는 중입니다', name=transfer.to_name),
                until=int(transfer.expires_at.timestamp() * 1000),
            )
            self._said.set_inside(inside)

    async def _withdraw(self) -> None:
        if self._open is None:
            return
        try:
            await self.still(self._transfers.withdraw(self._agent, self._open.id))
        except DeskError as error:
            notices.tell(error)
        else:
            self._show(None)
