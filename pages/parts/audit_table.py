"""Entries of the audit log as rows: who did what to whose data, where and why."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from models import AuditAction, AuditEntry, SubjectKind
from pages.locale import _
from pages.parts import times
from pages.parts.markup import filled
from pages.parts.personal import reason_names
from services.audit_log import AuditPage
from services.customer_erasure import ErasureReason
from services.exports import ExportFormat, ExportState

ADDRESSES = {
    SubjectKind.CUSTOMER: '/desk/customers/',
    SubjectKind.CHAT: '/desk/chats/',
    SubjectKind.CALL: '/desk/history/',
}
"""Where a subject can be looked at."""
SHORT_ID_CHARS = 8
MOST_CHARS = 40


def action_names() -> dict[AuditAction, str]:
    """Name everything that can have been done."""
    return {
        AuditAction.SIGNED_IN: _('audit.signed_in'),
        AuditAction.SIGNED_OUT: _('audit.signed_out'),
        AuditAction.SIGNED_OUT_EVERYWHERE: _('모든 로그인 끊기'),
        AuditAction.ADMIN_MADE: _('첫 운영자 등록'),
        AuditAction.PERSONAL_DATA_SHOWN: _('연락처 열람'),
        AuditAction.CUSTOMER_CREATED: _('고객 등록'),
        AuditAction.CUSTOMER_CHANGED: _('고객 정보 변경'),
        AuditAction.CUSTOMER_LINKED: _('상담에 고객 연결'),
        AuditAction.CUSTOMER_MERGED: _('고객 합치기'),
        AuditAction.CUSTOMER_MERGE_UNDONE: _('고객 합치기 되돌리기'),
        AuditAction.CUSTOMER_ERASED: _('고객 삭제'),
        AuditAction.CUSTOMERS_IMPORTED: _('audit.imported'),
        AuditAction.NOTE_ADDED: _('메모 작성'),
        AuditAction.NOTE_CHANGED: _('메모 변경'),
        AuditAction.NOTE_REMOVED: _('메모 삭제'),
        AuditAction.HISTORY_EXPORTED: _('audit.exported'),
    }


def head() -> Markup:
    """Return the names of the columns."""
    names = (_('번호'), _('시각'), _('누가'), _('한 일'), _('대상'), _('화면'), _('사유와 내용'))
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
    }
    return next((name for one, name in names.items() if one == kind), kind)


def _why(entry: AuditEntry) -> Markup:
    """Return the reason and what else is known, in one line."""
    told = [_detail(name, value) for name, value in entry.details.items()]
    return Markup(' · ').join(one for one in (*told, escape(entry.reason)) if one)


def _detail(name: str, value: Any) -> Markup:
    """Return one detail; what has no words yet stands as it is written."""
    match name:
        case 'fields' | 'filters' if isinstance(value, list):
            return escape(', '.join(_field_name(str(one)) for one in value))
        case 'reason' | 'format' | 'end':
            return escape(_value_names().get(str(value), str(value)))
        case 'chat_id' | 'customer_id' | 'merged_id':
            kind = SubjectKind.CHAT if name == 'chat_id' else SubjectKind.CUSTOMER
            text = f'{_kind_name(kind)} {str(value)[:SHORT_ID_CHARS]}'
            return filled('<a href="{to}">{text}</a>', to=f'{ADDRESSES[kind]}{value}', text=text)
        case 'session_id' | 'export' | 'merge_id':  # told apart by machines alone
            return Markup()
    number = len(value) if isinstance(value, list) else value
    counted = _counted_names().get(name)
    is_count = counted is not None and isinstance(number, int)
    return escape(f'{counted} {number:,}' if is_count else f'{name} {str(value)[:MOST_CHARS]}')


def _value_names() -> dict[str, str]:
    known = {
        ErasureReason.REQUEST.value: _('고객 요청'),
        ErasureReason.CONSENT.value: _('동의 철회'),
        ErasureReason.RETENTION.value: _('보유 기간 만료'),
        ExportFormat.CSV.value: 'CSV',
        ExportFormat.XLSX.value: 'Excel (XLSX)',
        ExportState.DONE.value: _('완료'),
        ExportState.STOPPED.value: _('멈춤'),
        ExportState.BROKEN.value: _('실패'),
    }
    return known | {reason.value: name for reason, name in reason_names().items()}


def _counted_names() -> dict[str, str]:
    return {
        'rows': _('행'),
        'new': _('새로 등록'),
        'changed': _('변경'),
        'chats': _('several.chats'),
        'chat_sessions': _('several.chats'),
        'calls': _('several.calls'),
        'notes': _('several.notes'),
        'record_ids': _('기록'),
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
        'memo': _('메모'),
        'attributes': _('추가 정보'),
        'period': _('기간'),
        'from': _('시작일'),
        'to': _('종료일'),
        'agent': _('상담원'),
        'department': _('부서'),
        'channel': _('채널'),
        'priority': _('중요도'),
        'text': _('검색어'),
    }
    return names.get(name, name)


def _short(subject_id: UUID) -> str:
    return str(subject_id)[:SHORT_ID_CHARS]
