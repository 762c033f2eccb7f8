"""Canned replies in one chat's reply box: what they are offered for, and who hears that one was used."""

from collections import deque
from collections.abc import Iterable
from uuid import UUID

from desk.errors import DeskError
from desk.events import Resync
from models import Sender, SettingKind
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.reply_box import CannedContext, CannedLabels, ReplyBox
from services.chats.events import ChatCard, ChatMessage
from services.people.events import SETTINGS, SettingsChanged
from services.text.language import language_of

SCREEN = '/desk/replies'
"""Where replies are kept."""
LINES = 5
"""The number of the customer's last messages that tell the language of the chat."""


class CannedOffers:
    """The list of canned replies of one reply box."""

    def __init__(self, owner: Component, context: PageContext, box: ReplyBox) -> None:
        self._context, self._box = context, box
        self._lines: deque[str] = deque(maxlen=LINES)
        self._shown: CannedContext | None = None
        self._chat: ChatCard | None = None
        box.offer_canned(_labels(), manage=SCREEN, on_used=self._used)
        owner.listen(SETTINGS, self._hear_settings, draws=False)

    def hear(self, messages: Iterable[ChatMessage]) -> None:
        """Learn the chat's language from the customer's messages, in their order."""
        self._lines.extend(one.content for one in messages if one.sender is Sender.CUSTOMER)
        self._show()

    def show(self, chat: ChatCard) -> None:
        """Offer replies for a chat as it is now."""
        self._chat = chat
        self._show()

    def _show(self) -> None:
        if self._chat is None:
            return
        customer, department = self._chat.visitor_name, self._chat.department
        agent = self._context.agent.name
        now = CannedContext(
            department=department,
            english=language_of(' '.join(self._lines)) == 'en',
            variables={
                '고객명': customer,
                'customer': customer,
                '상담원명': agent,
                'agent': agent,
                '부서': department,
                'department': _(department),
            },
        )
        if now != self._shown:
            self._shown = now
            self._box.set_canned(now)

    def _hear_settings(self, event: object) -> None:
        is_reply = isinstance(event, SettingsChanged) and event.part == SettingKind.CANNED_REPLY
        if is_reply or isinstance(event, Resync):
            self._box.canned_changed()

    async def _used(self, reply_id: UUID) -> None:
        try:
            await self._context.services.canned_replies.used(self._context.agent, reply_id)
        except DeskError:  # it was taken away meanwhile: its text is in the box all the same
            return


def _labels() -> CannedLabels:
    return CannedLabels(
        list=_('자주 쓰는 답변'),
        hint=_('자주 쓰는 답변 ( / )'),
        own=_('내 답변'),
        loading=_('답변을 불러오고 있습니다.'),
        failed=_('답변을 불러오지 못했습니다. 닫고 다시 열어 보세요.'),
        none=_('찾는 답변이 없습니다. Esc를 누르면 글자를 그대로 보낼 수 있습니다.'),
        empty=_('아직 답변이 없습니다. 답변 관리에서 추가하세요.'),
        more=_('그 밖에 {count}개가 더 있습니다. 더 입력하면 줄어듭니다.', count='{count}'),
        keys=_('↑↓ 고르기 · Enter 넣기 · Shift+Enter 영어로 넣기 · Esc 닫기'),
        keys_en=_('↑↓ 고르기 · Enter 넣기 · Shift+Enter 한국어로 넣기 · Esc 닫기'),
        manage=_('답변 관리'),
        missing=_('빈칸을 모두 채우세요.'),
        insert=_('넣기'),
        cancel=_('취소'),
    )
