"""대기열: the queues in which contacts wait, the departments that serve them, and their routing rules."""

from collections.abc import Sequence
from uuid import UUID

from markupsafe import Markup
from typing_extensions import override

from desk.errors import DeskError, FieldsRefusedError
from models import Agent, AgentRole, Queue, QueueMode, SettingKind, Skill
from pages import notices
from pages.component import still
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.kit.edit_form import EditForm, Filled, FormField, FormRecord
from pages.parts.kit.edit_labels import edit_labels
from pages.parts.kit.markup import filled
from pages.parts.kit.queue_fields import queue_field_names
from pages.parts.settings.change_list import ChangeList
from pages.parts.settings.section import (
    Section,
    cells,
    empty,
    heading,
    levels,
    mark,
    name_cell,
    table,
)
from services.contacts.queues import LIMITS, QueueChangedError, as_typed
from services.people.events import SettingPart

NEW = Queue(name='', department='')
"""A queue with the default settings: the initial values of a new queue's form."""


class QueueSection(Section):
    """All queues, and the form of one."""

    parts = frozenset[str]({SettingPart.QUEUES, SettingPart.SKILLS})
    shows_people = True

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('대기열'))
        self._queues: Sequence[Queue] = ()
        self._people: Sequence[Agent] = ()
        self._skills: Sequence[Skill] = ()
        self._form: EditForm | None = None
        self._changes: ChangeList | None = None
        self._edited: UUID | None = None

    @override
    async def read(self) -> None:
        queues = await self.still(self.services.queues.all(self.agent))
        people = await self.still(self.services.authority.people(self.agent))
        skills = await self.still(self.services.skills.all(self.agent))
        self._queues, self._people, self._skills = queues, people, skills

    @override
    def draw_list(self) -> None:
        heading(_('대기열'), _('대기열 추가'), self.add)
        if not self._queues:
            empty(
                _(
                    '아직 대기열이 없습니다. 먼저 대기열을 추가하세요. 고객은 대기열을 문의 유형으로 고르고, 담당 부서의 상담원이 받습니다.'
                )
            )
            return
        names = (_('이름'), _('담당 부서'), _('배정 방식'), _('필요한 역량'), _('상태'))
        rows = Markup().join(self._row(one) for one in self._queues)
        table(_('대기열'), names, rows, self._press)

    @override
    def news(self, changed: frozenset[str] = frozenset()) -> None:
        if self._form is not None and self._edited is not None:
            self.start(self._tell(self._form, self._edited))

    async def _tell(self, form: EditForm, queue_id: UUID) -> None:
        """Pass a colleague's change to the open form, and draw the queue's changes."""
        settings = self.services.desk_settings
        now, changes = await still(
            form, settings.with_changes(self.agent, SettingKind.QUEUE, queue_id)
        )
        form.news(now.version, now.values, now.by_name)
        if self._changes is not None:
            self._changes.show(changes)

    def _row(self, queue: Queue) -> Markup:
        skill = next((one for one in self._skills if one.id == queue.skill_id), None)
        works = any(
            one.department == queue.department and one.is_active and one.role is AgentRole.AGENT
            for one in self._people
        )
        department = filled('{name}', name=queue.department)
        if not works:
            department += Markup(' ') + mark(_('상담원 없음'), 'warning')
        state = mark(_('접수 중'), 'on') if queue.is_active else mark(_('닫힘'), 'off')
        needs = f'{skill_name(skill)} {queue.min_level}+' if skill else ''
        return filled(
            '<tr data-id="{id}">{name}{rest}</tr>',
            id=queue.id,
            name=name_cell(queue.id, queue.name, queue.name_en),
            rest=cells(department, mode_names()[queue.mode], needs, state),
        )

    def _press(self, queue_id: str) -> None:
        queue = next((one for one in self._queues if str(one.id) == queue_id), None)
        if queue is not None and queue.id != self._edited:
            self._show(queue)

    @override
    def add(self) -> None:
        self._changes = None
        self._show(None)

    def _show(self, queue: Queue | None) -> None:
        self._edited = queue.id if queue else None
        self.beside(queue.name if queue else _('새 대기열'), lambda: self._draw_form(queue))

    def _draw_form(self, queue: Queue | None) -> None:
        shown = queue or NEW
        fields = self._fields(is_new=queue is None)
        typed = as_typed(shown)
        values = {
            field.name: typed[field.name] for field in fields
        }  # a setting without a field stays
        self._form = form = EditForm(
            edit_labels(_('대기열')),
            fields,
            FormRecord(values=values, version=shown.version, is_new=queue is None),
            keep=f'desk.queue.{queue.id if queue else "new"}.{self.agent.id}',
        )

        async def save(filled: Filled) -> None:
            await self._save(form, queue, filled)

        form.on_save(save)
        form.on_cancel(self._close)
        if queue is not None:
            self._changes = ChangeList(self, SettingKind.QUEUE, queue.id, fields)
            self.news()

    async def _save(self, form: EditForm, queue: Queue | None, filled: Filled) -> None:
        values = {name: str(value or '') for name, value in filled.values.items()}
        queues = self.services.queues
        try:
            if queue is None:
                await self.still(queues.add(self.agent, values))
            else:
                await self.still(queues.edit(self.agent, queue.id, values, version=filled.version))
        except QueueChangedError as error:
            form.news(error.queue.version, as_typed(error.queue), '')
            notices.tell(error)
        except DeskError as error:
            refused(form, error)
        else:
            form.saved()
            self._close()
            notices.done(_('저장했습니다'))
            await self.read_again()

    def _close(self) -> None:
        self._form = self._edited = self._changes = None
        self.close()

    def _fields(self, *, is_new: bool) -> list[FormField]:
        departments = {one.department for one in self._people} | {
            one.department for one in self._queues
        }
        known = [(one, one) for one in sorted(departments)]
        skills = [(str(one.id), skill_name(one)) for one in self._skills]
        choices: dict[str, list[tuple[str, str]]] = {
            'mode': [(mode.value, name) for mode, name in mode_names().items()],
            'is_active': [('yes', _('접수 중')), ('no', _('닫힘'))],
            'skill_id': [('', _('없음')), *skills],
            'min_level': levels(),
            'wider_level': levels(),
            'wrap_up_required': [('no', _('선택')), ('yes', _('필수'))],
            'chats_during_call': [('no', _('받지 않음')), ('yes', _('받음'))],
            'is_announced_by_phone': [('no', _('흐름의 속성으로만 앎')), ('yes', _('언제나 나감'))],
        }
        suggested = {'department': known, 'wider_department': known}

        def field(name: str, label: str) -> FormField:
            if name in choices:
                return FormField(name=name, label=label, kind='choice', options=choices[name])
            if name in LIMITS:
                return FormField(name=name, label=label, kind='number')
            return FormField(name=name, label=label, options=suggested.get(name, ()))

        names = queue_field_names()
        return [field(one, names[one]) for one in names if not (is_new and one == 'is_active')]


def refused(form: EditForm, error: DeskError) -> None:
    """Show an error at its field when it belongs to one, else as a notice."""
    if isinstance(error, FieldsRefusedError):
        form.refuse({name: sentence(language(), one) for name, one in error.faults.items()})
    else:
        form.failed()
        notices.tell(error)


def skill_name(skill: Skill) -> str:
    """Return the name of a skill in the reader's language."""
    return skill.name_en if language() == 'en' and skill.name_en else skill.name


def mode_names() -> dict[QueueMode, str]:
    """Return the names of the routing modes."""
    return {QueueMode.PULL: _('목록에서 수락'), QueueMode.PUSH: _('자동 배정')}
