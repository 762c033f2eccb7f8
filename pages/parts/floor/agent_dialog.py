"""A supervisor's actions on an agent: set another 상담 상태, or end the agent's sessions; each with a reason."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from nicegui import ui

from models import AgentRole, AgentStatus, AwayReason
from models.audit import MAX_REASON_CHARS
from pages import notices
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.floor.acting_form import acting_form
from pages.parts.floor.status_choice import AWAY
from pages.parts.kit import dialog, toast
from pages.parts.kit.markup import filled
from pages.parts.kit.status_names import status_names
from services.floor.board import AgentNow
from services.people.states import CHOOSABLE, OTHER

SIGN_OUT = 'sign-out'


async def act_on_agent(context: PageContext, agent: AgentNow) -> None:
    """Ask for the new status and the reason, and set it."""
    reasons = await context.still(context.services.agent_states.reasons())
    with context.dialogs:
        _AgentForm(context, agent, reasons)


def reason_name(reason: AwayReason) -> str:
    """Return the name of an away reason in the reader's language."""
    return reason.name_en if language() == 'en' else reason.name


class _AgentForm:
    """The open dialog; it stays open when the action fails."""

    def __init__(
        self, context: PageContext, agent: AgentNow, reasons: Sequence[AwayReason]
    ) -> None:
        self._context, self._agent = context, agent
        self._codes = {one.id: one.code for one in reasons}
        self._can_undo = False
        title = _('상태 바꾸기: {name}', name=agent.name)
        with dialog.titled(context.dialogs, title) as opened:
            now = _('지금: {state}', state=status_names()[agent.status])
            ui.label(now).classes('desk-sub')
            hint = _('상담 중이면 상담이 끝난 뒤에 바뀝니다. 사유는 기록에 남습니다.')
            fields = _form(agent, reasons)
            acting_form(context, opened, fields, do=self._do, then=self._tell, hint=hint)

    async def _do(self, values: Mapping[str, str]) -> str:
        value, why = values.get('status', ''), values.get('reason', '')
        self._can_undo = value != SIGN_OUT and self._agent.status in CHOOSABLE
        services, by, agent = self._context.services, self._context.agent, self._agent
        if value == SIGN_OUT:
            await self._context.still(services.accounts.sign_out_agent(by, agent.id, why))
            return _('{name}님을 로그아웃했습니다', name=agent.name)
        status, _colon, code = value.partition(':')
        changed = await self._context.still(
            services.agent_states.set_by_supervisor(
                by, agent.id, AgentStatus(status), reason=code or OTHER, note=why
            )
        )
        if changed.next_status is not None:
            return _('상담이 끝나면 바뀝니다: {name}', name=agent.name)
        return _('상태를 바꿨습니다: {name}', name=agent.name)

    def _tell(self, text: str) -> None:
        if self._can_undo:
            toast.undoable(self._context, text, self._set_back)
        else:
            notices.done(text)

    async def _set_back(self) -> None:
        """Give the agent the state that they had chosen before."""
        agent = self._agent
        code = self._codes.get(agent.reason_id, OTHER) if agent.reason_id else OTHER
        await self._context.services.agent_states.set_by_supervisor(
            self._context.agent, agent.id, agent.status, reason=code, note=_('되돌림')
        )


def _form(agent: AgentNow, reasons: Sequence[AwayReason]) -> Markup:
    names = status_names()
    choices = [(AgentStatus.AVAILABLE.value, names[AgentStatus.AVAILABLE])]
    choices += [
        (f'{AWAY}{one.code}', f'{names[AgentStatus.AWAY]} · {reason_name(one)}')
        for one in reasons
        if one.is_choosable and one.is_active
    ]
    choices.append((AgentStatus.OFFLINE.value, names[AgentStatus.OFFLINE]))
    if agent.role is AgentRole.AGENT:
        choices.append((SIGN_OUT, _('로그아웃시키기')))
    options = Markup().join(
        filled('<option value="{value}">{name}</option>', value=value, name=name)
        for value, name in choices
    )
    return filled(
        '<label class="desk-steer-field">{state}<select class="desk-input" name="status" autofocus>{options}</select></label>'
        '<label class="desk-steer-field">{why}<input class="desk-input" name="reason" required maxlength="{most}" autocomplete="off"></label>',
        state=_('바꿀 상태'),
        options=options,
        why=_('사유'),
        most=MAX_REASON_CHARS,
    )
