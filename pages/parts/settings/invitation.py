"""The form to invite a person, and the link that is shown once."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from nicegui import context, ui

from desk.errors import DeskError
from models import Agent, AgentRole
from pages import notices
from pages.locale import _, language
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.edit_form import EditForm, Filled, FormField, FormRecord
from pages.parts.kit.edit_labels import edit_labels
from pages.parts.kit.markup import Piece
from pages.parts.settings.queues import refused
from pages.parts.settings.section import Section
from pages.roles import role_name
from services.people.invitations import Invited, Invitee


def invite_form(
    section: Section, departments: Sequence[str], usual: str, close: Callable[[], None]
) -> None:
    """Draw the invitation form.

    Args:
        section: the section it belongs to.
        departments: the existing departments, suggested while typing.
        usual: the initial department.
        close: called when the form is closed without inviting.
    """
    values = {
        'last_name': '',
        'first_name': '',
        'email': '',
        'username': '',
        'role': AgentRole.AGENT.value,
        'department': usual,
    }
    form = EditForm(
        replace(edit_labels(_('사람 초대하기')), save=_('초대 링크 만들기')),
        [
            FormField(name='last_name', label=_('성')),
            FormField(name='first_name', label=_('person.given_name')),
            FormField(name='email', label=_('이메일')),
            FormField(name='username', label=_('아이디')),
            FormField(name='role', label=_('역할'), kind='choice', options=role_options()),
            department_field(departments),
        ],
        FormRecord(values=values, is_new=True),
        keep=f'desk.invite.{section.agent.id}',
    )

    async def save(filled: Filled) -> None:
        given = {name: str(filled.values.get(name, had) or '') for name, had in values.items()}
        role = next((one for one in AgentRole if one == given['role']), AgentRole.AGENT)
        names = {name: given[name] for name in given if name != 'role'}
        invitee = Invitee(**names, role=role)
        try:
            invited = await section.still(
                section.services.invitations.invite(section.agent, invitee)
            )
        except DeskError as error:
            refused(form, error)
        else:
            form.saved()
            show_link(section, invited, close)

    form.on_save(save)
    form.on_cancel(close)


def show_link(section: Section, invited: Invited, close: Callable[[], None]) -> None:
    """Show an invitation's link, once: it cannot be read again, only replaced."""
    one = invited.invitation
    asked = context.client.request.url
    link = f'{asked.scheme}://{asked.netloc}/invite/{invited.token}'
    name = Agent(**one.model_dump(include={'first_name', 'last_name'})).name

    say = _(
        '{name} 님에게 이 링크를 전하세요. 한 번만, {until}까지 쓸 수 있습니다. 닫으면 다시 볼 수 없습니다.',
        name=name,
        until=times.moment(one.expires_at),
    )
    one_time_link(section, title=_('초대 링크'), say=say, link=link, close=close)


def one_time_link(
    section: Section, *, title: str, say: str, link: str, close: Callable[[], None]
) -> None:
    """Show a link beside the list, with a button that copies it."""

    def copy() -> None:
        ui.clipboard.write(link)
        notices.done(_('링크를 복사했습니다'))

    def draw() -> None:
        ui.label(say).classes('desk-settings-say')
        shown = Piece('input').classes('desk-input desk-settings-link').props('readonly type=text')
        shown.props['value'] = link
        shown.props['aria-label'] = title
        with ui.element('div').classes('desk-actions'):
            button(_('닫기'), close)
            button(_('링크 복사'), copy, ButtonStyle.PRIMARY)

    section.beside(title, draw)


def role_options() -> list[tuple[str, str]]:
    """Return the roles as options of a choice."""
    return [(one.value, role_name(language(), one)) for one in AgentRole]


def department_field(departments: Sequence[str]) -> FormField:
    """Return the department field; existing departments are suggested while typing."""
    return FormField(
        name='department', label=_('부서'), options=[(one, one) for one in departments]
    )
