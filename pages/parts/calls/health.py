"""Checks all the time whether calls can ring at this page; when they cannot, its agent is alerted and set to 점검.

The window proves once a minute the conditions that only the browser knows (the microphone, a suspended tab); the softphone
reports by itself that the CCP is silent. Only the tab that has the sound acts on a problem.
"""

from desk.errors import DeskError
from desk.events import Resync
from models import AgentStatus
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.calls.notes import BarNotes, Remedy
from pages.parts.calls.phone_state import Link
from pages.parts.calls.softphone import Softphone
from pages.parts.calls.words import link_trouble, ring_trouble
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.notifier import Notifier
from pages.parts.kit.sound import SoundState
from pages.parts.kit.sound_settings import ask_for_permission
from services.people.events import AgentStatusChanged, agent_topic

GRACE_SECONDS = 10.0
"""How long a problem may last before the agent is set to 점검: a frame reloads, a connection returns."""


class Health(Component):
    """The check of one page."""

    def __init__(
        self,
        context: PageContext,
        phone: Softphone,
        notifier: Notifier,
        notes: BarNotes,
        *,
        needs_microphone: bool,
    ) -> None:
        super().__init__(context.services.topics, 'span')
        self._context, self._phone, self._notes = context, phone, notes
        self._notifier, self._sound = notifier, notifier.sound
        self._needs_microphone = needs_microphone
        self._trouble = ''
        self._is_checking = context.agent.suspended_as is AgentStatus.CHECKING
        self._was_prepared = False
        self.set_visibility(False)
        self.listen(agent_topic(context.agent.id), self._hear, draws=False)
        phone.on_change(self._look)
        phone.on_proof(self._look)
        self._sound.on_state(self._sound_changed)
        notifier.on_state(self._look)

    def _hear(self, event: object) -> None:
        if isinstance(event, AgentStatusChanged):
            self._is_checking = event.status is AgentStatus.CHECKING
        elif isinstance(event, Resync):
            self._is_checking = self._context.agent.suspended_as is AgentStatus.CHECKING

    def _sound_changed(self, _state: SoundState) -> None:
        self._look()

    def _look(self) -> None:
        state = self._phone.state
        if state.link in {Link.NONE, Link.ABSENT, Link.STARTING} or not state.owner:
            return
        self._trouble = ring_trouble(
            state,
            needs_microphone=self._needs_microphone,
            is_unlocked=self._sound.state.unlocked,
        )
        own_words = '' if link_trouble(state) else self._trouble
        self._notes.say(own_words, self._remedies())
        if self._trouble:
            self.within(GRACE_SECONDS, self._check)
        elif self._is_checking:
            self.start(self._lift())
        if self._asks_for_microphone() or self._notifier.state.is_to_be_offered:
            self._prepare_once()

    def _asks_for_microphone(self) -> bool:
        proof = self._phone.state.proof
        return proof is not None and proof.microphone == 'prompt' and self._needs_microphone

    def _remedies(self) -> list[Remedy]:
        if self._phone.state.trouble:
            return [(_('다시 연결'), self._restart)]
        proof = self._phone.state.proof
        if proof is None:
            return []
        if not proof.answers:
            return [(_('다시 확인'), self._ask)]
        is_missing = proof.microphone != 'granted' and self._needs_microphone
        return [(_('마이크 허용'), self._ask)] if is_missing else []

    async def _ask(self) -> None:
        await self._phone.check(ask=self._needs_microphone)

    async def _restart(self) -> None:
        try:
            await self.still(self._phone.command('restart'))
        except DeskError as error:
            notices.tell(error)

    async def _check(self) -> None:
        """Alert the agent and set 점검 if calls still cannot ring.

        A page whose browser is gone, and which waits for it to come back, knows nothing of its softphone: the agent may have
        loaded it anew, and the new page is well.
        """
        if not self._trouble or self._is_checking or not self.client.has_socket_connection:
            return
        self._sound.test('ring')
        await self._set(can_ring=False)

    async def _lift(self) -> None:
        await self._set(can_ring=True)

    async def _set(self, *, can_ring: bool) -> None:
        self._is_checking = not can_ring
        try:
            await self._context.services.agent_states.check(
                self._context.agent.id, can_ring=can_ring
            )
        except DeskError as error:
            notices.tell(error)

    # ---- first use

    def _prepare_once(self) -> None:
        """Open the dialog for microphone, notifications and sound, once, while the browser was not asked for permission."""
        if self._was_prepared:
            return
        self._was_prepared = True
        with dialog.titled(self._context.dialogs, _('통화 준비')) as opened:
            if self._needs_microphone:
                Piece(inside=filled('{text}', text=_('전화를 받으려면 브라우저가 마이크와 소리를 허용해야 합니다.')))  # fmt: skip
                button(_('마이크 허용'), self._ask, ButtonStyle.PRIMARY)
            if self._notifier.state.permission == 'default':
                Piece(inside=filled('{text}', text=_('알림을 허용하면 다른 창을 볼 때도 전화와 새 상담을 알 수 있습니다.')))  # fmt: skip
                ask_for_permission(self._notifier)
                self._notifier.mark_asked()
            button(_('벨 소리 들어 보기'), lambda: self._sound.test('ring'))
            button(_('닫기'), opened.close, ButtonStyle.QUIET)
