"""The lines below the header of a chat: its labels, colleagues in it, its transfer, its silent customer. Each shows when it has something to say."""

from collections.abc import Callable

from pages.context import PageContext
from pages.parts.workspace.company_line import CompanyLine
from pages.parts.workspace.label_line import LabelLine
from pages.parts.workspace.silence_line import SilenceLine
from pages.parts.workspace.transfer_line import TransferLine
from services.chats.events import ChatCard


class HeadLines:
    """The lines of one chat."""

    def __init__(
        self, context: PageContext, chat: ChatCard, *, on_changed: Callable[[ChatCard], object]
    ) -> None:
        """Draw them; ``on_changed`` gets the chat that a press of the reader has changed."""
        self.labels = LabelLine(context, on_changed=on_changed)
        self._company = CompanyLine(context, on_changed=on_changed)
        TransferLine(context, chat.id, is_own=chat.agent_id == context.agent.id)
        self.silence = SilenceLine(context, on_changed=on_changed)

    def show(self, chat: ChatCard) -> None:
        """Show the newest state of the chat."""
        self.labels.show(chat)
        self._company.show(chat)
        self.silence.show(chat)
