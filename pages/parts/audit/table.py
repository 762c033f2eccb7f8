"""Entries of the audit log as table rows: who, action, subject, screen and reason."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from models import AgentRole, AuditAction, AuditEntry, SubjectKind
from pages.locale import _, language
from pages.parts.customers.file_dialog import reason_names as file_reasons
from pages.parts.customers.personal import reason_names
from pages.parts.kit import times
from pages.parts.kit.action_words import ACTIONS
from pages.parts.kit.markup import filled
from pages.parts.kit.queue_fields import queue_field_names
from pages.parts.kit.reason_choice import export_reasons
from pages.roles import role_name
from services.audit.log import AuditPage
from services.calls.callback_outcomes import BLOCKED
from services.customers.erasure import ErasureReason
from services.disclosure.files import FileFormat
from services.history.exports import ExportFormat, ExportState

ADDRESSES = {
    SubjectKind.CUSTOMER: '/desk/customers/',
    SubjectKind.CHAT: '/desk/chats/',
    SubjectKind.CALL: '/desk/history/',
}
"""The screens that show a subject, by its kind."""
SHORT_ID_CHARS = 8
MOST_CHARS = 40


def action_names() -> dict[AuditAction, str]:
    """Return the names of all actions."""
    return {action: _(text) for action, text in ACTIONS.items()}


def head() -> Markup:
    """Return the names of the columns."""
    names = (_('번호'), _('시각'), _('처리자'), _('작업'), _('대상'), _('위치'), _('사유와 내용'))
    cells = Markup().join(filled('<th scope="col">{name}</th>', name=name) for name in names)
    return filled('<tr>{cells}</tr>', cells=cells)


def rows(page: AuditPage) -> Markup:
    """Return a page of entries as rows."""
    actions: dict[str, str] = {action.value: name for action, name in action_names().items()}
    return Markup().join(_row(entry, page.names, actions) for entry in page.entries)


def _row(entry: AuditEntry, names: Mapping[UUID, str], actions: Mapping[str, str]) -> Markup:
    return filled(
        '<tr><td class="desk-number">{id}</td><td><time title="{seal}">{at}</time></td><td>{who}</td><td>{what}</td>'
        '<td>{whose}</td><td class="desk-audit-path">{path}</td><td class="desk-audit-why">{why}</td></tr>',
        id=entry.id,
        seal=entry.hash,
        at=times.full(entry.created_at),
        who=names.get(entry.agent_id, _short(entry.agent_id)) if entry.agent_id else _('시스템'),
        what=actions.get(entry.action, entry.action),
        whose=_subject(entry, names),
        path=entry.path or '-',
        why=_why(entry),
    )


def _subject(entry: AuditEntry, names: Mapping[UUID, str]) -> Markup:
    if entry.subject_id is None or entry.subject_kind is None:
        return Markup('-')
    text = (
        names.get(entry.subject_id)
        or f'{_kind_name(entry.subject_kind)} {_short(entry.subject_id)}'
    )
    place = next((at for kind, at in ADDRESSES.items() if kind == entry.subject_kind), None)
    if place is None:
        return filled('{text}', text=text)
    return filled('<a href="{place}{id}">{text}</a>', place=place, id=entry.subject_id, text=text)


def _kind_name(kind: str) -> str:
    names = {
        SubjectKind.AGENT: _('직원'),
        SubjectKind.CUSTOMER: _('고객'),
        SubjectKind.CHAT: _('채팅'),
        SubjectKind.CALL: _('통화'),
        SubjectKind.NOTE: _('상담 메모'),
        SubjectKind.QUEUE: _('대기열'),
        SubjectKind.SKILL: _('역량'),
        SubjectKind.PROMISE: _('약속'),
        SubjectKind.CALLBACK: _('콜백'),
    }
    return next((name for one, name in names.items() if one == kind), kind)


def _why(entry: AuditEntry) -> Markup:
    """Return the reason and the other details, on one line."""
    told = [_detail(name, value) for name, value in entry.details.items()]
    return Markup(' · ').join(one for one in (*told, escape(entry.reason)) if one)


def _detail(name: str, value: Any) -> Markup:
    """Return one detail; a value without a translation is shown as it is stored."""
    match name:
        case 'fields' | 'filters' if isinstance(value, list):
            return escape(', '.join(_field_name(str(one)) for one in value))
        case 'reason' | 'format' | 'end':
            return escape(_value_names().get(str(value), str(value)))
        case 'chat_id' | 'customer_id' | 'merged_id':
            kind = SubjectKind.CHAT if name == 'chat_id' else SubjectKind.CUSTOMER
            text = f'{_kind_name(kind)} {str(value)[:SHORT_ID_CHARS]}'
            return filled('<a href="{to}">{text}</a>', to=f'{ADDRESSES[kind]}{value}', text=text)
        case 'role' | 'department' | 'network':
            return escape(_worded(name, value))
        case (
            'session_id' | 'export' | 'file' | 'digest' | 'head' | 'merge_id' | 'levels'
        ):  # of no use to a human reader
            return Markup()
    number = len(value) if isinstance(value, list) else value
    counted = _counted_names().get(name)
    is_count = counted is not None and isinstance(number, int)
    return escape(f'{counted} {number:,}' if is_count else f'{name} {str(value)[:MOST_CHARS]}')


def _worded(name: str, value: Any) -> str:
    if name == 'network':
        return f'{_("접속지")} {value}'
    return _role(value) if name == 'role' else _(str(value))


def _role(value: Any) -> str:
    known = next((role for role in AgentRole if role == value), None)
    return role_name(language(), known) if known else str(value)


def _value_names() -> dict[str, str]:
    known = {
        ErasureReason.REQUEST.value: _('고객 요청'),
        ErasureReason.CONSENT.value: _('동의 철회'),
        BLOCKED: _('고객 차단'),
        ErasureReason.RETENTION.value: _('보유 기간 만료'),
        ExportFormat.CSV.value: 'CSV',
        ExportFormat.XLSX.value: 'Excel (XLSX)',
        ExportState.DONE.value: _('완료'),
        ExportState.STOPPED.value: _('멈춤'),
        ExportState.BROKEN.value: _('실패'),
        FileFormat.PDF.value: 'PDF',
        FileFormat.JSON.value: 'JSON',
    }
    known |= export_reasons() | file_reasons()
    return known | {reason.value: name for reason, name in reason_names().items()}


def _counted_names() -> dict[str, str]:
    return {
        'lookups': _('한 시간에 조회한 연락처'),
        'alike': _('비슷한 연락처 조회'),
        'rows': _('행'),
        'new': _('새로 등록'),
        'changed': _('변경'),
        'same': _('그대로'),
        'chats': _('several.chats'),
        'chat_sessions': _('several.chats'),
        'calls': _('several.calls'),
        'notes': _('several.notes'),
        'record_ids': _('기록'),
        'sessions': _('끝난 로그인'),
        'chat_capacity': _('동시 채팅'),
        'recordings': _('녹음'),
        'people': _('직원'),
        'days': _('날'),
    }


def _field_name(name: str) -> str:
    names = {
        'name': _('이름'),
        'phone': _('전화번호'),
        'phones': _('전화번호'),
        'other_phones': _('다른 전화번호'),
        'email': _('이메일'),
        'customer_type': _('유형'),
        'status': _('상태'),
        'risk_level': _('위험도'),
        'call_permission': _('전화 동의'),
        'connect_user_id': _('Connect 사용자'),
        'memo': _('메모'),
        'attributes': _('추가 정보'),
        'period': _('기간'),
        'from': _('시작일'),
        'to': _('종료일'),
        'agent': _('상담원'),
        'department': _('부서'),
        'departments': _('볼 수 있는 부서'),
        'channel': _('채널'),
        'priority': _('중요도'),
        'text': _('검색어'),
        'rating': _('만족도'),
        'role': _('역할'),
        'first_name': _('이름'),
        'last_name': _('성'),
        'skills': _('역량'),
        'chat_capacity': _('동시 채팅'),
    }
    return names.get(name) or queue_field_names().get(name, name)


def _short(subject_id: UUID) -> str:
    return str(subject_id)[:SHORT_ID_CHARS]
