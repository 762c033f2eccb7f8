"""상담 상태 in the top bar: the agent's status, since when, and the status that follows the last contact."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from uuid import UUID

from nicegui import ui

from desk.errors import DeskError
from desk.events import Resync
from models import Agent, AgentStatus, AwayReason, SettingKind
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.floor.away_dialog import ask_away
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.status_names import status_names
from services.people.events import SETTINGS, AgentStatusChanged, SettingsChanged, agent_topic
from services.people.states import CHOOSABLE, event_of

React = Callable[[], Coroutine[Any, Any, None]]

AWAY = 'away:'
"""Prefix of the values that carry an away reason's code."""


class StatusChoice(Component):
    """The agent's status and the choice of another; the same in all tabs of the agent."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self._states = context.services.agent_states
        self._reasons: dict[UUID, AwayReason] = {}
        self._shown = event_of(context.agent)
        self._on_change: list[React] = []
        self.classes('desk-status')
        with self:
            self._now = Piece('span').classes('desk-status-now')
            self._next = ui.element('span').classes('desk-status-next')
            self._choice = ui.select(self._options([]), on_change=self._chosen)
            self._choice.props('dense outlined options-dense').props['aria-label'] = _('상담 상태')
        self._show(self._shown)
        self.listen((agent_topic(context.agent.id), SETTINGS), self._hear)
        self.start(self._load())

    @property
    def is_ready(self) -> bool:
        """Return whether contacts may ring here: 상담 가능, with no other status waiting to follow."""
        return self._shown.is_ready

    def on_change(self, react: React) -> None:
        """Call ``react`` whenever ``is_ready`` changes."""
        self._on_change.append(react)

    async def become_available(self) -> None:
        """Set 상담 가능 by one key, after signing in or coming back."""
        await self._choose(AgentStatus.AVAILABLE.value)

    def ask_away(self) -> None:
        """Ask by one key for the reason of 이석; the next key sets it."""
        reasons = {
            value: name.removeprefix(f'{_("이석")} · ')
            for value, name in self._options(list(self._reasons.values())).items()
            if value.startswith(AWAY)
        }
        if reasons:
            ask_away(self._context.dialogs, reasons, self._choose)

    # ---- staying current

    async def _load(self) -> None:
        reasons = await self.still(self._states.reasons())
        self._reasons = {reason.id: reason for reason in reasons}
        self._choice.set_options(self._options(reasons), value=self._value(self._shown))
        self._show(self._shown)

    def _hear(self, event: object) -> None:
        if isinstance(event, AgentStatusChanged):
            self.show(event)
        elif isinstance(event, Resync):
            self.start(self._read_again())
        elif isinstance(event, SettingsChanged) and event.part == SettingKind.AWAY_REASON:
            self.start(self._load())

    async def _read_again(self) -> None:
        agent: Agent = await self.still(self._context.services.agents.agent(self._context.agent.id))
        self._show(event_of(agent))

    def show(self, event: AgentStatusChanged) -> None:
        """Show a status that was read; one older than the shown status is ignored."""
        if event.since >= self._shown.since:
            self._show(event)

    def _show(self, event: AgentStatusChanged) -> None:
        was_ready, self._shown = self._shown.is_ready, event
        if event.is_ready is not was_ready:
            for react in self._on_change:
                self.start(react())
        self.props['data-status'] = event.status.value
        self.update()
        self._now.set_inside(
            filled(
                '<span>{status}</span> <time data-since="{since}"></time>',
                status=self._name(event.status, event.reason_id),
                since=int(event.since.timestamp() * 1000),
            )
        )
        self._show_next(event)
        value = self._value(event)
        if value not in self._choice.options:
            value = None  # 무응답 cannot be chosen: with no value every choice is a change
        if value != self._choice.value:
            self._choice.set_value(value)

    def _show_next(self, event: AgentStatusChanged) -> None:
        self._next.clear()
        if event.next_status is not None:
            with self._next:
                name = self._name(event.next_status, event.next_reason_id)
                ui.label(_('다음: {name}').format(name=name))
                take_back = button(_('취소'), self._take_back, ButtonStyle.QUIET)
                take_back.props['aria-label'] = _('다음 상태 취소')

    # ---- choosing

    async def _chosen(self) -> None:
        value = self._choice.value
        if isinstance(value, str) and value != self._value(self._shown):
            # The next key is a shortcut: A takes the contact that rings now.
            self._choice.run_method('blur')
            await self._choose(value)

    async def _choose(self, value: str) -> None:
        status, _colon, code = value.partition(':')
        try:
            changed = await self.still(
                self._states.choose(
                    self._context.agent.id,
                    AgentStatus(status),
                    **({'reason': code} if code else {}),
                )
            )
        except DeskError as error:
            notices.tell(error)
            changed = self._shown
        except Exception:
            self._show(self._shown)  # a refused choice must not stay selected
            raise
        self._show(changed)

    async def _take_back(self) -> None:
        self._show(await self.still(self._states.take_back_next(self._context.agent.id)))

    # ---- texts

    def _options(self, reasons: Sequence[AwayReason]) -> dict[str, str]:
        names = status_names()
        away = {
            f'{AWAY}{one.code}': self._away(one)
            for one in reasons
            if one.is_choosable and one.is_active
        }
        return {
            AgentStatus.AVAILABLE.value: names[AgentStatus.AVAILABLE],
            **away,
            AgentStatus.OFFLINE.value: names[AgentStatus.OFFLINE],
        }

    def _value(self, event: AgentStatusChanged) -> str | None:
        """Return the choice that equals a status; ``None`` when no choice does."""
        status = event.next_status or event.status
        reason_id = event.next_reason_id if event.next_status else event.reason_id
        if status is AgentStatus.AWAY and reason_id in self._reasons:
            return f'{AWAY}{self._reasons[reason_id].code}'
        if status in CHOOSABLE:
            return status.value
        return AgentStatus.AVAILABLE.value

    def _name(self, status: AgentStatus, reason_id: UUID | None) -> str:
        if status is AgentStatus.AWAY and reason_id in self._reasons:
            return self._away(self._reasons[reason_id])
        return status_names()[status]

    def _away(self, reason: AwayReason) -> str:
        name = reason.name if language() == 'ko' else reason.name_en
        return f'{_("이석")} · {name}'
