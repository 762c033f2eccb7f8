"""One record of 보호: what happened, the evidence, the document that the law asks for, and what follows for the customer."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from desk.events import Resync
from models import Channel
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled, marked
from pages.parts.kit.reason_choice import ReasonChoice
from pages.parts.kit.restriction_dialog import ask_restriction
from pages.parts.protection.record_words import REASONS, file_state, notice_words
from pages.parts.protection.words import kind_name, said, state_name, step_name
from services.customers.personal_data import masked_phone
from services.protection.events import ProtectionChanged, protection_topic, view
from services.protection.records import CaseRecord, RecordReason
from services.text.reasons import MAX_WHY_CHARS


class RecordPage(Component):
    """The whole record of one case."""

    def __init__(self, context: PageContext, case_id: UUID) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-audit desk-protection-record')
        self._context, self._agent = context, context.agent
        self._records = context.services.protection_records
        self._case_id = case_id
        self._record: CaseRecord | None = None

    async def open(self) -> None:
        """Draw the record and keep it current. Raises ``NotAllowedError`` and ``NotFoundError``."""
        await self.still(self._read())
        if self._record is not None:
            self.listen(protection_topic(self._record.case.contact_id), self._hear)

    def _hear(self, event: object) -> None:
        if isinstance(event, ProtectionChanged | Resync):
            self.start(self._read())

    async def _read(self) -> None:
        self._record = await self.still(self._records.record(self._agent, self._case_id))
        self._draw(self._record)

    # ---- drawing

    def _draw(self, record: CaseRecord) -> None:
        self.clear()
        with self:
            with ui.element('div').classes('desk-page-head'):
                ui.label(_('보호 기록: {agent}', agent=record.name(record.case.agent_id))).classes('desk-page-title').props('role=heading aria-level=2')  # fmt: skip
                ui.element('div').classes('desk-spring')
                self._draw_acts(record)
                way = Piece('a', inside=filled('{text}', text=_('목록으로')))
                way.classes('desk-button desk-quiet').props['href'] = '/desk/protection'
            with ui.element('div').classes('desk-protection-body'):
                Piece('dl', inside=self._facts(record)).classes('desk-protection-facts')
                _title(_('조치'))
                Piece('ol', inside=self._steps(record)).classes('desk-protection-steps')
                _title(_('근거 자료'))
                Piece('div', inside=self._evidence(record)).classes('desk-protection-lines').props('tabindex=0')  # fmt: skip
                if record.files:
                    _title(_('첨부 파일'))
                    Piece('ul', inside=self._files(record)).classes('desk-protection-lines')

    def _draw_acts(self, record: CaseRecord) -> None:
        case, pair = record.case, record.pair
        if case.restricted_until is not None:
            button(_('이용 제한 풀기'), lambda: self._act(self._records.release(self._agent, case.id), _('이용 제한을 풀었습니다')))  # fmt: skip
        else:
            button(_('이용 제한'), self._ask_restriction)
        if pair is not None and pair.lifted_at is None:
            button(_('다시 연결 허용'), self._ask_reunion)
        button(_('기록 문서 (PDF)'), self._ask_document, ButtonStyle.PRIMARY)

    def _facts(self, record: CaseRecord) -> Markup:
        case, pair = record.case, record.pair
        channel = _('채팅') if case.channel is Channel.CHAT else _('통화')
        is_apart = pair is not None and pair.lifted_at is None
        announced = ''
        if record.announcement is not None and case.announced_at is not None:
            announced = _('{version}판 · {at}', version=record.announcement.id, at=times.full(case.announced_at))  # fmt: skip
        rows = (
            (_('상태'), state_name(language(), view(case))),
            (_('유형'), f'{kind_name(language(), case.kind)} · {channel}'),
            (_('고객'), ' · '.join(filter(None, (case.customer_name, masked_phone(case.phone) if case.phone else '')))),
            (_('부서와 대기열'), ' · '.join(filter(None, (case.department, record.queue)))),
            (_('미리 알린 글'), announced),
            (_('녹음 안내'), notice_words(language(), case.recording_notice)),
            (_('다시 연결'), _('이 상담원에게는 연결하지 않음') if is_apart else _('제한 없음')),
            (_('이용 제한'), _('{at}까지', at=times.full(case.restricted_until)) if case.restricted_until else _('없음')),
            (_('보관'), _('{at}까지', at=f'{case.kept_until:%Y-%m-%d}')),
        )  # fmt: skip
        return Markup().join(
            filled('<dt>{name}</dt><dd>{value}</dd>', name=name, value=value)
            for name, value in rows
            if value
        )

    def _steps(self, record: CaseRecord) -> Markup:
        return Markup().join(
            filled(
                '<li><time>{at}</time><b>{name}</b><span>{who}</span><p>{words}</p></li>',
                at=times.full(one.created_at),
                name=step_name(language(), one.kind),
                who=record.name(one.by_id) or _('데스크'),
                words=_(REASONS[one.words]) if one.kind == 'record_made' and one.words in REASONS else one.words,
            )
            for one in record.steps
        )  # fmt: skip

    def _evidence(self, record: CaseRecord) -> Markup:
        evidence = record.evidence
        if evidence is None:
            return filled('<p class="desk-hint">{text}</p>', text=_('상담이 끝나면 대화가 여기에 남습니다.'))  # fmt: skip
        if not evidence.lines:
            return filled('<p class="desk-hint">{text}</p>', text=_('통화의 근거는 위의 녹음 위치입니다. 녹음은 Amazon Connect에 있습니다.'))  # fmt: skip
        lines = Markup().join(_line(one) for one in evidence.lines)
        seal = _('봉인 값 (SHA-256): {digest}', digest=evidence.digest)
        return filled('{lines}<p class="desk-hint">{seal}</p>', lines=lines, seal=seal)

    def _files(self, record: CaseRecord) -> Markup:
        return Markup().join(
            filled(
                '<li>{name} <p class="desk-hint">{state}</p></li>',
                name=filled(
                    '<a href="/protection/cases/{case}/files/{id}" download>{name}</a>',
                    case=one.case_id, id=one.id, name=one.name,
                )
                if one.digest
                else one.name,
                state=file_state(language(), one),
            )
            for one in record.files
        )  # fmt: skip

    # ---- acts

    def _ask_document(self) -> None:
        with dialog.titled(self._context.dialogs, _('기록 문서 만들기')) as opened:
            ui.label(_('산업안전보건법 제41조에 따른 조치 기록을 PDF로 받습니다. 누가 언제 왜 만들었는지 기록에 남습니다.')).classes('desk-hint')  # fmt: skip
            why = ReasonChoice({one: _(name) for one, name in REASONS.items()}, RecordReason.OTHER.value)  # fmt: skip

            def begin() -> None:
                if why.is_given():
                    ui.download.from_url(f'/protection/cases/{self._case_id}/record?{why.query}')
                    opened.close()
                    notices.done(_('자료를 만들고 있습니다. 다 되면 받은 파일 폴더에 저장됩니다'))

            with ui.element('div').classes('desk-actions'):
                button(_('취소'), opened.close)
                button(_('문서 받기'), begin, ButtonStyle.PRIMARY)

    async def _ask_restriction(self) -> None:
        given = await self.still(ask_restriction(self._context))
        if given is not None:
            await self._act(self._records.restrict(self._agent, self._case_id, *given), _('이용을 제한했습니다'))  # fmt: skip

    async def _ask_reunion(self) -> None:
        with dialog.titled(self._context.dialogs, _('다시 연결 허용')) as question:
            ui.label(_('이 고객이 이 상담원에게 다시 연결될 수 있습니다. 상담원과 먼저 이야기하세요.')).classes('desk-hint')  # fmt: skip
            why = _why_field()

            def submit() -> None:
                if why.validate():
                    question.submit(why.value)

            _answers(question.close, submit, _('허용'))
        if (given := await self.still(question)) is not None:
            await self._act(self._records.lift_pair(self._agent, self._case_id, str(given)), _('다시 연결될 수 있습니다'))  # fmt: skip

    async def _act(self, act: Awaitable[object], said: str) -> None:
        try:
            await self.still(act)
        except DeskError as error:
            notices.tell(error)
        else:
            notices.done(said)
            await self._read()


def _why_field() -> ui.input:
    missing = _('사유를 입력하세요.')
    field = ui.input(_('사유'), validation={missing: lambda words: bool((words or '').strip())})
    field.props('outlined dense').props['maxlength'] = MAX_WHY_CHARS
    return field


def _answers(cancel: Callable[[], object], submit: Callable[[], None], text: str) -> None:
    with ui.element('div').classes('desk-actions'):
        button(_('취소'), cancel)
        button(text, submit, ButtonStyle.PRIMARY)


def _title(text: str) -> None:
    ui.label(text).classes('desk-section-title').props('role=heading aria-level=3')


def _line(values: dict[str, object]) -> Markup:
    spans = values['marks']
    found = [(int(begin), int(end)) for begin, end in spans] if isinstance(spans, Sequence) else []
    senders = {'customer': _('고객'), 'agent': _('상담원')}
    who = ' '.join(filter(None, (senders.get(str(values['sender']), _('데스크')), str(values['who']))))  # fmt: skip
    return filled(
        '<p data-sender="{sender}"><span>{number}</span><b>{who}</b><span>{body}</span></p>',
        sender=values['sender'],
        number=values['number'],
        who=who,
        body=marked(said(language(), values), found),
    )
