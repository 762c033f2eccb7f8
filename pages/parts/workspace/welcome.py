"""The empty centre of the workspace: the steps of a new desk for administrators, the first keys for a new agent."""

from collections.abc import Awaitable, Callable

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from desk.events import Event
from models import AgentRole, AgentStatus
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.notifier import Notifier
from pages.parts.workspace.first_checks import FirstChecks
from services.chats.events import EVERY_QUEUE
from services.people.events import EVERY_AGENT, SETTINGS, AgentStatusChanged, agent_topic
from services.settings.setup_steps import OPTIONAL, Setup, SetupStep

HEAR_SECONDS = 0.3
WAYS = {
    SetupStep.QUEUE: '/desk/settings',
    SetupStep.PEOPLE: '/desk/settings/people',
    SetupStep.HOURS: '/desk/settings/hours',
    SetupStep.CONTACT: '/talk',
}
"""Where a step is done."""


class Welcome(Component):
    """What stands in place of a conversation while none is open."""

    def __init__(
        self,
        context: PageContext,
        notifier: Notifier,
        *,
        has_voice: bool,
        on_card: Callable[[bool], None],
    ) -> None:
        """Draw the usual sentence until it is known whether there is more to say.

        Args:
            context: the page.
            notifier: tries sounds and notifications.
            has_voice: whether the desk takes calls.
            on_card: called with True when steps or keys are shown, with False when they are done or left.
        """
        super().__init__(context.services.topics)
        self._on_card = on_card
        self._context, self._notifier, self._has_voice = context, notifier, has_voice
        self._steps = context.services.setup_steps
        self._is_over = False
        self.classes('desk-welcome')
        with self:
            self._back = button(_('목록으로'), lambda: on_card(False), ButtonStyle.QUIET)
            self._back.classes('desk-welcome-back').set_visibility(False)
            self._usual = ui.label(_('왼쪽에서 상담을 고르세요.')).classes('desk-empty')
            self._place = ui.element('div').classes('desk-welcome-card')
        self._place.set_visibility(False)
        if context.agent.role is AgentRole.ADMIN:
            self.listen((SETTINGS, EVERY_AGENT, EVERY_QUEUE), self._hear, draws=False)
            self.start(self._calmly(self._read_steps))
        elif context.agent.base_status is AgentStatus.OFFLINE:
            self.listen(agent_topic(context.agent.id), self._hear_state)
            self.start(self._calmly(self._greet))

    async def _calmly(self, work: Callable[[], Awaitable[None]]) -> None:
        """Await ``work``; when it fails the usual sentence stays."""
        try:
            await self.still(work())
        except DeskError:
            self._show(is_shown=False)

    def _show(self, *, is_shown: bool) -> None:
        """Show the card or the usual sentence. A phone shows one pane: the card's is shown as it appears, not again."""
        self._usual.set_visibility(not is_shown)
        if is_shown == self._place.visible:
            return
        for one in (self._back, self._place):
            one.set_visibility(is_shown)
        self._on_card(is_shown)

    # ---- the steps of a new desk

    def _hear(self, event: Event) -> None:
        if not self._is_over and not isinstance(event, AgentStatusChanged):
            self.within(HEAR_SECONDS, self._read_steps_again)

    async def _read_steps_again(self) -> None:
        await self._calmly(self._read_steps)

    async def _read_steps(self) -> None:
        setup = await self.still(self._steps.now(self._context.agent))
        self._is_over = setup.is_over
        self._place.clear()
        with self._place:
            Piece(inside=_steps(setup))
        self._show(is_shown=not setup.is_over)

    # ---- the first keys

    async def _greet(self) -> None:
        is_new = await self.still(self._steps.is_new_here(self._context.agent))
        if not is_new:
            return
        with self._place:
            Piece(inside=_keys())
            FirstChecks(self._notifier, has_voice=self._has_voice)
        self._show(is_shown=True)

    def _hear_state(self, event: Event) -> None:
        """The first state that the agent chooses ends the greeting."""
        if isinstance(event, AgentStatusChanged) and event.status is not AgentStatus.OFFLINE:
            self._show(is_shown=False)


def _steps(setup: Setup) -> Markup:
    rows = Markup().join(_step(one, is_done=one in setup.done) for one in SetupStep)
    return filled(
        '<h2>{title}</h2><p>{lead}</p><ol class="desk-steps">{rows}</ol>',
        title=_('데스크를 여는 순서'),
        lead=_('끝난 일에는 표시가 됩니다. 언제든 이어서 할 수 있습니다.'),
        rows=rows,
    )


def _step(step: SetupStep, *, is_done: bool) -> Markup:
    name, sentence = _words()[step]
    way = WAYS.get(step)
    target = Markup(' target="_blank" rel="noopener"') if step is SetupStep.CONTACT else ''
    link = (
        filled(
            '<a class="desk-button" href="{way}"{target}>{text}</a>',
            way=way,
            target=target,
            text=_('하러 가기'),
        )
        if way and not is_done
        else ''
    )
    return filled(
        '<li data-done="{done}"><i class="material-icons" aria-hidden="true">{icon}</i>'
        '<span><b>{name}</b> <small>{state}</small><br>{sentence}</span>{link}</li>',
        done='yes' if is_done else 'no',
        icon='check_circle' if is_done else 'radio_button_unchecked',
        name=name,
        state=_('끝남') if is_done else (_('선택') if step in OPTIONAL else ''),
        sentence=sentence,
        link=link,
    )


def _words() -> dict[SetupStep, tuple[str, str]]:
    return {
        SetupStep.ADMIN: (_('첫 시스템 관리자'), _('지금 로그인한 계정입니다.')),
        SetupStep.QUEUE: (_('첫 대기열'), _('고객이 문의 유형으로 고르고, 상담이 기다리는 곳입니다.')),
        SetupStep.PEOPLE: (_('함께 일할 사람'), _('초대 링크를 보내면 상담원이 스스로 가입합니다. 대기열의 담당 부서여야 합니다.')),
        SetupStep.HOURS: (_('운영 시간'), _('정하지 않으면 항상 상담을 받습니다.')),
        SetupStep.CONTACT: (_('첫 상담'), _('고객 화면에서 상담을 시작하고, 상담원이 받아 보세요.')),
    }  # fmt: skip


def _keys() -> Markup:
    keys = (
        ('G', _('상담 가능으로 바꾸기')),
        ('A', _('새 상담 수락')),
        ('R', _('메시지 쓰기')),
        ('E', _('상담 종료')),
        ('/', _('고객 찾기')),
        ('?', _('모든 단축키')),
    )
    rows = Markup().join(
        filled('<dt><kbd>{key}</kbd></dt><dd>{text}</dd>', key=key, text=text) for key, text in keys
    )
    return filled(
        '<h2>{title}</h2><p>{lead}</p><dl class="desk-first-keys">{rows}</dl>',
        title=_('처음 오셨군요'),
        lead=_('이 여섯 글쇠면 상담을 시작할 수 있습니다. 소리와 알림도 확인하세요.'),
        rows=rows,
    )
