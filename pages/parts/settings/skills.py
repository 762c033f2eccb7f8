"""역량: skills. People have levels of them, and queues require levels."""

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup
from nicegui import ui
from typing_extensions import override

from desk.errors import DeskError
from models import Skill
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.edit_form import EditForm, Filled, FormField, FormRecord
from pages.parts.kit.edit_labels import edit_labels
from pages.parts.kit.markup import filled
from pages.parts.settings.queues import refused
from pages.parts.settings.section import Section, cells, empty, heading, name_cell, table
from services.people.events import SettingPart
from services.people.skills import SkillUse


class SkillSection(Section):
    """All skills, and the form of one."""

    parts = frozenset[str]({SettingPart.SKILLS})
    shows_people = True

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('역량'))
        self._skills: Sequence[Skill] = ()
        self._counts: dict[str, int] = {}

    @override
    async def read(self) -> None:
        self._skills = await self.still(self.services.skills.all(self.agent))
        levels = await self.still(self.services.skills.levels(self.agent))
        self._counts = {
            str(skill.id): sum(skill.id in one for one in levels.values()) for skill in self._skills
        }

    @override
    def draw_list(self) -> None:
        heading(_('역량'), _('역량 추가'), self.add)
        if not self._skills:
            empty(
                _(
                    '아직 역량이 없습니다. 언어나 상품처럼 아무나 맡을 수 없는 일이 있을 때 추가하고, 사람에게 수준을, 대기열에 최소 수준을 정하세요.'
                )
            )
            return
        rows = Markup().join(
            filled(
                '<tr data-id="{id}">{name}{rest}</tr>',
                id=one.id,
                name=name_cell(one.id, one.name, one.name_en),
                rest=cells(_('{count}명', count=self._counts[str(one.id)])),
            )
            for one in self._skills
        )
        table(_('역량'), (_('이름'), _('가진 사람')), rows, self._press)

    @override
    def add(self) -> None:
        self._show(None)

    def _press(self, skill_id: str) -> None:
        skill = next((one for one in self._skills if str(one.id) == skill_id), None)
        if skill is not None:
            self._show(skill)

    def _show(self, skill: Skill | None) -> None:
        self.beside(skill.name if skill else _('새 역량'), lambda: self._draw_form(skill))

    def _draw_form(self, skill: Skill | None) -> None:
        values = {'name': skill.name if skill else '', 'name_en': skill.name_en if skill else ''}
        form = EditForm(
            edit_labels(_('역량')),
            [
                FormField(name='name', label=_('이름')),
                FormField(name='name_en', label=_('영어 이름')),
            ],
            FormRecord(values=values, is_new=skill is None),
            keep=f'desk.skill.{skill.id if skill else "new"}.{self.agent.id}',
        )

        async def save(filled: Filled) -> None:
            given = {name: str(filled.values.get(name, had) or '') for name, had in values.items()}
            skills = self.services.skills
            try:
                if skill is None:
                    await self.still(skills.add(self.agent, given['name'], given['name_en']))
                else:
                    await self.still(
                        skills.rename(self.agent, skill.id, given['name'], given['name_en'])
                    )
            except DeskError as error:
                refused(form, error)
            else:
                form.saved()
                self.close()
                notices.done(_('저장했습니다'))
                await self.read_again()

        form.on_save(save)
        form.on_cancel(self.close)
        if skill is not None:
            button(_('역량 삭제'), partial(self._remove, skill), ButtonStyle.QUIET)

    async def _remove(self, skill: Skill) -> None:
        """List the consequences for people and queues, and remove the skill after a confirmation."""
        try:
            use = await self.still(self.services.skills.use_of(self.agent, skill.id))
            if await self.context.still(self._ask_to_remove(skill, use)):
                await self.still(
                    self.services.skills.remove(self.agent, skill.id, asked_by=use.queues)
                )
                self.close()
                notices.done(_('역량을 삭제했습니다'))
        except DeskError as error:
            notices.tell(error)

    def _ask_to_remove(self, skill: Skill, use: SkillUse) -> ui.dialog:
        title = _("역량 '{name}'을(를) 삭제할까요?", name=skill.name)
        with dialog.titled(self.context.dialogs, title) as question:
            if use.queues:
                names = ', '.join(use.queues.values())
                ui.label(
                    _(
                        '이 역량을 요구하는 대기열이 더는 요구하지 않게 되어, 부서의 모든 상담원에게 배정됩니다: {names}',
                        names=names,
                    )
                )
            if use.people:
                ui.label(_('{count}명의 수준이 지워집니다.', count=use.people))
            ui.label(_('되돌릴 수 없습니다.'))
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close).props('autofocus')
                button(_('삭제'), lambda: question.submit(True), ButtonStyle.DANGER)
        return question
