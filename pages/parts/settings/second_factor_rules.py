"""2단계 인증 필수: the roles that need a second factor."""

from collections.abc import Collection
from functools import partial

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from desk.errors import DeskError
from models import AgentRole
from pages import notices
from pages.locale import _, language
from pages.parts.settings.section import Section
from pages.roles import role_name


def second_factor_rules(section: Section, required: Collection[AgentRole]) -> None:
    """Draw one choice a role; each takes effect at the next sign-in or page."""
    with ui.element('fieldset').classes('desk-settings-rules'):
        with ui.element('legend'):
            ui.label(_('2단계 인증을 꼭 써야 하는 역할'))
        ui.label(
            _(
                '비밀번호로 로그인하는 사람은 설정을 마쳐야 화면이 열립니다. 이미 열린 화면은 다음에 열 때부터 적용됩니다.'
            )
        ).classes('desk-hint')
        for role in AgentRole:
            ui.checkbox(
                role_name(language(), role),
                value=role in required,
                on_change=partial(_choose, section, role),
            ).props('dense')


async def _choose(
    section: Section, role: AgentRole, event: ValueChangeEventArguments[bool | None]
) -> None:
    factors = section.services.second_factors
    try:
        await section.still(factors.require(section.agent, role, is_required=bool(event.value)))
    except DeskError as error:
        notices.tell(error)
    else:
        notices.done(_('저장했습니다'))
