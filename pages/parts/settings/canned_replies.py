"""자주 쓰는 답변: everybody keeps their own replies here, supervisors those that they share."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from typing_extensions import override

from models import SettingKind
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.kit.buttons import button
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import filled
from pages.parts.settings.canned_file_list import CannedFileList
from pages.parts.settings.canned_panel import canned_panel
from pages.parts.settings.row_section import RowSection, use_field
from pages.parts.settings.section import about, cells, empty, heading, mark, name_cell, table
from services.canned.replies import ReadableReply
from services.people.events import SettingPart
from services.text.folding import fold
from services.text.terms import initials_of

MOST_SHOWN = 200
"""The most rows that are drawn: the box above finds the others."""
OWN = 'own'
"""The choice of an own reply among departments, none of which has this name with the prefix of the others."""
EXPORT = '/canned-replies/export'
PLACES = {
    'ko': ('{고객명}, {상담원명}, {부서}, {오늘}, {시각}', '{{주문번호}}'),
    'en': ('{customer}, {agent}, {department}, {today}, {time}', '{{order number}}'),
}
"""By language: the variables of a text, and a blank as an example. Both languages' names work in every text."""


class CannedSection(RowSection):
    """Own and shared replies; a press opens the form of those that the person may change."""

    kind = SettingKind.CANNED_REPLY
    parts = frozenset[str]({SettingKind.CANNED_REPLY, SettingPart.QUEUES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('자주 쓰는 답변'))
        self._replies: Sequence[ReadableReply] = ()
        self._keys: Mapping[UUID, str] = {}
        self._departments: Sequence[str] = ()
        self._wanted = ''
        self._rows: ui.element | None = None

    @override
    async def read(self) -> None:
        canned = self.services.canned_replies
        self._replies = await self.still(canned.readable(self.agent))
        self._departments = await self.still(canned.departments(self.agent))
        self._keys = {one.row.id: _key(one) for one in self._replies}

    @override
    def draw_list(self) -> None:
        heading(_('자주 쓰는 답변'), _('답변 추가'), self.add)
        about(
            _(
                '답변을 쓰는 칸에서 / 를 입력하면 열리는 목록입니다. 내 답변은 나만 쓰고, 공유한 답변은 그 부서의 상담에서 모두가 씁니다.'
            )
        )
        with ui.element('div').classes('desk-settings-roster'):
            find = ui.input(value=self._wanted, on_change=lambda event: self._find(event.value))
            find.props('dense outlined debounce=150').classes('desk-canned-find')
            find.props['aria-label'] = find.props['placeholder'] = _('제목, 단축어, 내용 찾기')
            ui.element('div').classes('desk-spring')
            button(_('파일로 가져오기'), self._import)
            button(_('CSV로 내보내기'), lambda: ui.download.from_url(EXPORT))
            button(_('엑셀로 내보내기'), lambda: ui.download.from_url(f'{EXPORT}?format=xlsx'))
        self._rows = ui.element('div')
        self._draw_rows()

    def _find(self, text: object) -> None:
        self._wanted = str(text or '')
        self._draw_rows()

    def _draw_rows(self) -> None:
        if self._rows is None:
            return
        found = self._found()
        self._rows.clear()
        with self._rows:
            if not self._replies:
                empty(_('아직 답변이 없습니다. 자주 쓰는 문장을 추가하고 상담에서 / 로 넣으세요.'))
            elif not found:
                empty(_('찾는 답변이 없습니다.'))
            else:
                names = (_('제목'), _('폴더'), _('공유'), _('쓴 횟수'), _('상태'))
                rows = Markup().join(_row(one) for one in found[:MOST_SHOWN])
                table(_('자주 쓰는 답변'), names, rows, self._press)
            if len(found) > MOST_SHOWN:
                more = len(found) - MOST_SHOWN
                ui.label(
                    _('그 밖에 {count}개가 더 있습니다. 더 입력하면 줄어듭니다.', count=more)
                ).classes('desk-settings-about').props('role=status')

    def _found(self) -> list[ReadableReply]:
        wanted = fold(self._wanted).replace(' ', '')
        return [one for one in self._replies if wanted in self._keys.get(one.row.id, '')]

    async def _press(self, reply_id: str) -> None:
        """Open the form of a reply, or show a reply that is not the person's to change."""
        found = next((one for one in self._replies if str(one.row.id) == reply_id), None)
        if found is None or found.may_edit:
            await self.press(reply_id)
        else:
            self.edited = self.editor = None
            self.beside(found.row.title, lambda: self._draw_others(found))

    def _draw_others(self, one: ReadableReply) -> None:
        ui.label(
            _('{whose}와 공유한 답변입니다. 팀장이나 시스템 관리자가 고칩니다.', whose=_whose(one))
        ).classes('desk-hint')
        for text in filter(None, (one.row.body, one.row.body_en)):
            ui.label(text).classes('desk-canned-preview')
        button(_('닫기'), self.close)

    @override
    def title_of(self, row_id: UUID) -> str:
        return next((one.row.title for one in self._replies if one.row.id == row_id), '')

    @override
    def fields_of(self, row_id: UUID) -> list[FormField]:
        return [
            *self._fields(),
            use_field(_('쓰지 않는 답변은 상담의 목록에 나오지 않습니다.')),
        ]

    @override
    def draw_beside_form(self, row_id: UUID) -> None:
        if self.services.canned_files.are_on:
            CannedFileList(self.context, row_id)

    @override
    def add(self) -> None:
        whose = [(OWN, _('나만'))]
        whose += [(f'of:{one}', _named(one)) for one in self._departments]
        fields = self._fields()
        if len(whose) > 1:
            hint = _('공유한 답변은 그 부서의 상담에서 모두가 씁니다.')
            choice = FormField(name='whose', label=_('공유'), kind='choice', options=whose, hint=hint)  # fmt: skip
            fields.append(choice)
        start = {one.name: OWN if one.name == 'whose' else '' for one in fields}
        self.draw_new(_('새 답변'), fields, start, self._added)

    async def _added(self, values: Mapping[str, str]) -> None:
        whose = values.get('whose') or OWN
        await self.services.canned_replies.add(
            self.agent,
            values,
            is_shared=whose != OWN,
            department=whose.removeprefix('of:') if whose != OWN else '',
        )

    def _import(self) -> None:
        self.edited = self.editor = None
        names = {one.name: one.label for one in self._fields()} | {'is_active': _('상태')}

        def draw() -> None:
            canned_panel(self, self.close, names)

        self.beside(_('파일로 가져오기'), draw)

    def _fields(self) -> list[FormField]:
        folders = sorted({one.row.folder for one in self._replies if one.row.folder})
        return [
            FormField(name='title', label=_('제목'), hint=_('목록에서 찾는 이름입니다.')),
            FormField(
                name='body',
                label=_('답변'),
                kind='lines',
                rows=6,
                hint=_(
                    '저절로 채워지는 이름: {names}. {blank}처럼 두 겹으로 묶은 곳은 넣을 때 물어봅니다.',
                    names=PLACES[language()][0],
                    blank=PLACES[language()][1],
                ),
            ),
            FormField(name='code', label=_('단축어'), hint=_('/ 뒤에 입력하면 맨 위에 나옵니다.')),
            FormField(
                name='folder',
                label=_('폴더'),
                options=[(one, one) for one in folders],
                hint=_('“배송 / 지연”처럼 나눌 수 있습니다.'),
            ),
            FormField(name='title_en', label=_('영어 제목')),
            FormField(
                name='body_en',
                label=_('영어 답변'),
                kind='lines',
                hint=_('고객이 영어로 쓰는 상담에서 이 답변이 들어갑니다.'),
            ),
        ]


def _row(one: ReadableReply) -> Markup:
    row = one.row
    state = mark(_('사용 중'), 'on') if row.is_active else mark(_('쓰지 않음'), 'off')
    return filled(
        '<tr data-id="{id}">{name}{rest}</tr>',
        id=row.id,
        name=name_cell(row.id, _title(one), f'/{row.code}' if row.code else ''),
        rest=cells(row.folder, _whose(one), f'{row.uses:,}', state),
    )


def _title(one: ReadableReply) -> str:
    return (language() == 'en' and one.row.title_en) or one.row.title


def _whose(one: ReadableReply) -> str:
    return _('나만') if one.is_own else _named(one.row.department)


def _named(department: str) -> str:
    return _(department) if department else _('모든 부서')


def _key(one: ReadableReply) -> str:
    """Return what a reply is found by: its texts, and the initials (초성) of its titles."""
    row = one.row
    titles = fold(f'{row.title}\n{row.title_en}\n{row.code}\n{row.folder}').replace(' ', '')
    texts = fold(f'{row.body}\n{row.body_en}').replace(' ', '')
    return f'{titles}\n{texts}\n{initials_of(titles)}'
