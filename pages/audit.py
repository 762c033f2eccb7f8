"""The audit log at ``/desk/audit``, for administrators: its entries, and whether the log was altered."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from models import Agent, AuditAction
from pages import shell
from pages.component import Component, busy
from pages.locale import _
from pages.parts.audit.table import action_names, head, rows
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled
from pages.shell import Shell
from services.audit.chain import Chain, ChainFault
from services.audit.filter import AuditFilter
from services.audit.log import AuditPage

AUDIT = '/desk/audit'
FIELDS = ('since', 'until', 'agent', 'action', 'subject')
MAX_PAGES = 20
"""Older entries are found with the filters."""


def register(screens: shell.Screens) -> None:
    """Serve the audit log."""
    screens.add(AUDIT, audit)


async def audit(
    shell: Shell,
    since: str = '',
    until: str = '',
    agent: str = '',
    action: str = '',
    subject: str = '',
) -> None:
    """Draw the log with the filters in the address. Raises ``NotAllowedError`` for all but administrators."""
    given = {'since': since, 'until': until, 'agent': agent, 'action': action, 'subject': subject}
    people = await shell.still(shell.services.audit_log.people(shell.agent))
    with ui.element('div').classes('desk-page'):
        screen = AuditScreen(shell, people)
    await screen.open(given)


class AuditScreen(Component):
    """Filters, the result of the chain check, and the entries."""

    def __init__(self, shell: Shell, people: Sequence[Agent]) -> None:
        super().__init__(shell.services.topics)
        self.classes('desk-audit')
        self._shell = shell
        self._log = shell.services.audit_log
        self._people = people
        self._wanted = AuditFilter()
        self._pages: list[Piece] = []
        self._last: AuditPage | None = None
        self._is_verifying = False
        with self:
            with ui.element('div').classes('desk-page-head'):
                self._form = Piece('form').classes('desk-audit-form').props('role=search')
                self._form.props['aria-label'] = _('감사 기록 조건')
                ui.element('div').classes('desk-spring')
                self._state = Piece().classes('desk-audit-state').props('role=status')
                button(_('다시 확인'), lambda: self._verify(anew=True), ButtonStyle.QUIET)
                self._review = Piece('a', inside=filled('{text}', text=_('접속기록 점검')))
                self._review.classes('desk-button').props['href'] = '/desk/audit/review'
            self._unknown = ui.label(
                _(
                    '대상 번호를 찾을 수 없습니다. 고객 번호(C-0000001)나 기록에 보이는 번호를 입력하세요.'
                )
            )
            self._unknown.classes('desk-field-error desk-audit-unknown').props('role=alert')
            self._unknown.set_visibility(False)
            with ui.element('div').classes('desk-table-place'):
                with ui.element('table').classes('desk-table') as self._grid:
                    self._grid.props['aria-label'] = _('감사 기록')
                    Piece('thead', inside=head())
                self._foot = ui.element('div').classes('desk-list-foot')
        for event in ('change', 'submit'):
            self._form.on(event, self._choose, js_handler=VALUES_OF_FORM)

    async def open(self, given: Mapping[str, str]) -> None:
        """Show the entries that the address asks for, and start to check the chain."""
        self._wanted = await self.still(self._read(given))
        self._form.set_inside(_fields(self._wanted, self._people))
        await self.still(self._show())
        self.start(self._verify())
        self.start(self._point_out())

    async def _point_out(self) -> None:
        """Say how many past months nobody has signed."""
        months = await self.still(self._shell.services.access_reviews.unsigned(self._shell.agent))
        if months:
            said = _('접속기록 점검 (서명 안 한 달 {count})', count=len(months))
            self._review.set_inside(filled('{text}', text=said))

    async def _choose(self, event: GenericEventArguments) -> None:
        given = values_of(event)
        wanted = await self.still(self._read({name: given.get(name, '') for name in FIELDS}))
        if wanted != self._wanted:
            self._wanted = wanted
            query = _query(wanted)
            self._shell.set_address(f'{AUDIT}?{query}' if query else AUDIT)
            await self._show()

    async def _read(self, given: Mapping[str, str]) -> AuditFilter:
        """Return the filter in an address or a form. An unknown subject is reported and not filtered by."""
        typed = given['subject'].strip()
        subject = await self.still(self._log.subject(self._shell.agent, typed)) if typed else None
        is_unknown = bool(typed) and subject is None
        self._unknown.set_visibility(is_unknown)
        return _read(given, subject)

    # ---- the entries

    async def _show(self) -> None:
        busy(self._grid, is_busy=True)
        wanted = self._wanted
        page = await self.still(self._log.newest(self._shell.agent, wanted))
        if wanted != self._wanted:  # a newer choice was read first
            return
        for shown in self._pages:
            shown.delete()
        self._pages.clear()
        self._append(page)
        busy(self._grid, is_busy=False)

    async def _more(self) -> None:
        if self._last is not None and self._last.entries:
            wanted, last = self._wanted, self._last
            before = last.entries[-1].id
            page = await self.still(self._log.newest(self._shell.agent, wanted, before=before))
            if last is self._last:  # else a newer choice or press was read first
                self._append(page)

    def _append(self, page: AuditPage) -> None:
        self._last = page
        with self._grid:
            self._pages.append(Piece('tbody', inside=rows(page)))
        self._foot.clear()
        with self._foot:
            if not page.entries and len(self._pages) == 1:
                ui.label(_('조건에 맞는 기록이 없습니다. 기간이나 조건을 바꿔 보세요.')).classes(
                    'desk-empty'
                )
            elif not page.is_last and len(self._pages) < MAX_PAGES:
                button(_('더 보기'), self._more, ButtonStyle.QUIET)
            elif not page.is_last:
                ui.label(_('이전 기록은 기간을 좁혀 찾으세요.')).classes('desk-hint')

    # ---- the chain check

    async def _verify(self, *, anew: bool = False) -> None:
        if self._is_verifying:  # a check is running and will show its result
            return
        self._is_verifying = True
        try:
            async for chain in self._log.chain(anew=anew):
                if self.is_deleted:
                    return
                self._say(chain, is_done=False)
            self._say(chain, is_done=True)
        finally:
            self._is_verifying = False

    def _say(self, chain: Chain, *, is_done: bool) -> None:
        until = f'{chain.head.id:,}'
        if chain.fault is not None:
            text = _(
                '{number}번에서 어긋났습니다: {fault}',
                number=f'{chain.broken_at:,}',
                fault=_fault(chain.fault),
            )
            state = 'broken'
        elif is_done:
            text, state = _('위변조 없음 ({until}번까지 확인)', until=until), 'whole'
        else:
            text, state = _('{until}번까지 확인하는 중', until=until), 'checking'
        self._state.props['data-state'] = state
        self._state.props['title'] = str(chain.head)
        self._state.set_inside(filled('{text}', text=text))


def _fault(fault: ChainFault) -> str:
    return {
        ChainFault.MISSING: _('빠졌습니다'),
        ChainFault.CHANGED: _('바뀌었습니다'),
        ChainFault.UNCHAINED: _('앞의 기록과 이어지지 않습니다'),
        ChainFault.CUT_OFF: _('끝이 잘렸습니다'),
    }[fault]


def _read(given: Mapping[str, str], subject: UUID | None) -> AuditFilter:
    """Return the filter in an address or a form, for a subject; a value that cannot be read is not set."""
    action = given['action']
    return AuditFilter(
        since=_day(given['since']),
        until=_day(given['until']),
        agent_id=_uuid(given['agent']),
        action=AuditAction(action) if action in {*AuditAction} else None,
        subject_id=subject,
    )


def _query(wanted: AuditFilter) -> str:
    parts = (wanted.since, wanted.until, wanted.agent_id, wanted.action, wanted.subject_id)
    return urlencode({name: str(part) for name, part in zip(FIELDS, parts, strict=True) if part})


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given.strip())
    except ValueError:
        return None


def _fields(wanted: AuditFilter, people: Sequence[Agent]) -> Markup:
    actions = {action.value: name for action, name in action_names().items()}
    agents = {str(one.id): f'{one.name} ({one.username})' for one in people}
    return Markup().join(
        [
            _date('since', _('시작일'), wanted.since),
            Markup('<span aria-hidden="true">~</span>'),
            _date('until', _('종료일'), wanted.until),
            _choice('agent', _('처리자'), agents, str(wanted.agent_id or '')),
            _choice('action', _('작업'), actions, str(wanted.action or '')),
            filled(
                '<input class="desk-input desk-audit-subject" name="subject" value="{value}" placeholder="{label}"'
                ' aria-label="{label}" autocomplete="off">',
                label=_('대상 번호'),
                value=wanted.subject_id or '',
            ),
            filled(
                '<a class="desk-button desk-quiet" href="{path}">{text}</a>',
                path=AUDIT,
                text=_('조건 지우기'),
            ),
        ]
    )


def _date(name: str, label: str, value: date | None) -> Markup:
    return filled(
        '<input class="desk-input" type="date" name="{name}" value="{value}" aria-label="{label}" title="{label}">',
        name=name,
        label=label,
        value=value or '',
    )


def _choice(name: str, label: str, choices: Mapping[str, str], chosen: str) -> Markup:
    options = Markup().join(
        filled(
            '<option value="{value}"{mark}>{text}</option>',
            value=value,
            mark=Markup(' selected') if value == chosen else '',
            text=text,
        )
        for value, text in {'': f'{label}: {_("전체")}', **choices}.items()
    )
    return filled(
        '<select class="desk-input" name="{name}" aria-label="{label}">{options}</select>',
        name=name,
        label=label,
        options=options,
    )
