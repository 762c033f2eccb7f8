"""Entries of the audit log as table rows: who, action, subject, screen and reason."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from models import AgentRole, AuditAction, AuditEntry, SubjectKind
from pages.locale import _, language
from pages.parts.customers.personal import reason_names
from pages.parts.kit import times
from pages.parts.kit.markup import filled
from pages.parts.kit.queue_fields import queue_field_names
from pages.roles import role_name
from services.audit.log import AuditPage
from services.customers.erasure import ErasureReason
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
    return {
        AuditAction.SIGNED_IN: _('audit.signed_in'),
        AuditAction.SIGNED_OUT: _('audit.signed_out'),
        AuditAction.SIGNED_OUT_EVERYWHERE: _('모든 로그인 끊기'),
        AuditAction.ADMIN_MADE: _('첫 시스템 관리자 등록'),
        AuditAction.CATEGORY_CHANGED: _('상담 분류 변경'),
        AuditAction.STATUS_SET: _('상담 상태 변경'),
        AuditAction.CONTACT_MOVED: _('상담 옮기기'),
        AuditAction.PRIORITY_CHANGED: _('우선순위 변경'),
        AuditAction.PROMISE_MADE: _('audit.promise_made'),
        AuditAction.PROMISE_HANDED_OVER: _('audit.promise_handed_over'),
        AuditAction.PROMISE_CLOSED: _('audit.promise_closed'),
        AuditAction.CONTACT_TAKEN_OVER: _('상담 넘겨받기'),
        AuditAction.CONTACT_TRANSFER_ASKED: _('호전환 요청'),
        AuditAction.CONTACT_TRANSFERRED: _('호전환'),
        AuditAction.CONTACT_JOINED: _('함께 상담'),
        AuditAction.CONTACT_WHISPERED: _('상담원에게 귓속말'),
        AuditAction.THRESHOLD_CHANGED: _('현황 기준 변경'),
        AuditAction.SHIFT_CHANGED: _('근무표 변경'),
        AuditAction.NOTICE_SENT: _('공지 보내기'),
        AuditAction.NOTICE_WITHDRAWN: _('공지 거두기'),
        AuditAction.WALL_LINK_MADE: _('전광판 주소 만들기'),
        AuditAction.WALL_LINK_REVOKED: _('전광판 주소 거두기'),
        AuditAction.AGENT_INVITED: _('직원 초대'),
        AuditAction.AGENT_JOINED: _('초대받아 가입'),
        AuditAction.INVITATION_WITHDRAWN: _('audit.invitation_withdrawn'),
        AuditAction.AGENT_CHANGED: _('직원 정보 변경'),
        AuditAction.CONTACTS_HANDED_OVER: _('상담 넘기기 (사용 중지)'),
        AuditAction.PEOPLE_IMPORTED: _('직원 가져오기'),
        AuditAction.PEOPLE_EXPORTED: _('직원 목록 내보냄'),
        AuditAction.PASSWORD_CHANGED: _('비밀번호 변경'),
        AuditAction.PASSWORD_LINK_MADE: _('비밀번호 재설정 링크'),
        AuditAction.PASSWORD_RESET: _('비밀번호 재설정'),
        AuditAction.SECOND_FACTOR_ON: _('2단계 인증 켬'),
        AuditAction.SECOND_FACTOR_OFF: _('2단계 인증 끔'),
        AuditAction.SECOND_FACTOR_RESET: _('2단계 인증 초기화'),
        AuditAction.SECOND_FACTOR_RULE: _('2단계 인증 필수 역할 변경'),
        AuditAction.RECOVERY_CODES_MADE: _('복구 코드 새로 만듦'),
        AuditAction.RECOVERY_CODE_USED: _('복구 코드로 로그인'),
        AuditAction.AGENT_DEACTIVATED: _('직원 사용 중지'),
        AuditAction.AGENT_REACTIVATED: _('직원 사용 재개'),
        AuditAction.ACCOUNT_BLOCKED: _('계정 차단'),
        AuditAction.ACCOUNT_UNBLOCKED: _('계정 차단 해제'),
        AuditAction.QUEUE_ADDED: _('audit.queue_added'),
        AuditAction.QUEUE_CHANGED: _('대기열 변경'),
        AuditAction.SETTING_CHANGED: _('audit.setting_changed'),
        AuditAction.RETENTION_APPLIED: _('audit.retention_applied'),
        AuditAction.SKILL_ADDED: _('audit.skill_added'),
        AuditAction.SKILL_CHANGED: _('역량 변경'),
        AuditAction.SKILL_REMOVED: _('audit.skill_removed'),
        AuditAction.PERSONAL_DATA_SHOWN: _('연락처 열람'),
        AuditAction.LOOKUPS_UNUSUAL: _('연락처를 유난히 많이 조회'),
        AuditAction.CUSTOMER_CREATED: _('고객 등록'),
        AuditAction.CUSTOMER_CHANGED: _('고객 정보 변경'),
        AuditAction.CUSTOMER_LINKED: _('상담에 고객 연결'),
        AuditAction.CUSTOMER_UNLINKED: _('상담의 고객 연결 해제'),
        AuditAction.CUSTOMER_MERGED: _('고객 합치기'),
        AuditAction.CUSTOMER_MERGE_UNDONE: _('고객 합치기 되돌리기'),
        AuditAction.CUSTOMER_ERASED: _('고객 삭제'),
        AuditAction.CUSTOMERS_IMPORTED: _('audit.imported'),
        AuditAction.IMPORT_TRIED: _('고객 가져오기 미리 확인'),
        AuditAction.CUSTOMERS_IMPORT_UNDONE: _('고객 가져오기 되돌림'),
        AuditAction.NOTE_ADDED: _('메모 작성'),
        AuditAction.NOTE_CHANGED: _('메모 변경'),
        AuditAction.NOTE_REMOVED: _('메모 삭제'),
        AuditAction.HISTORY_EXPORTED: _('audit.exported'),
        AuditAction.REPORT_EXPORTED: _('보고서 내보냄'),
        AuditAction.CALL_DIALLED: _('전화 걸기'),
        AuditAction.CALL_STOPPED: _('통화 종료'),
        AuditAction.CALL_TRANSFER_ASKED: _('호전환 요청'),
        AuditAction.CALL_ATTRIBUTES_SET: _('통화 속성 변경'),
        AuditAction.CALL_MONITORED: _('통화 듣기'),
        AuditAction.RECORDING_PAUSED: _('녹음 멈춤'),
        AuditAction.RECORDING_RESUMED: _('녹음 재개'),
        AuditAction.CALLBACK_MADE: _('콜백 약속'),
        AuditAction.CALLBACK_TAKEN: _('콜백 맡음'),
        AuditAction.CALLBACK_CLOSED: _('콜백 종료'),
    }


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
        case 'role' | 'department':
            return escape(_role(value) if name == 'role' else _(str(value)))
        case 'session_id' | 'export' | 'merge_id' | 'levels':  # of no use to a human reader
            return Markup()
    number = len(value) if isinstance(value, list) else value
    counted = _counted_names().get(name)
    is_count = counted is not None and isinstance(number, int)
    return escape(f'{counted} {number:,}' if is_count else f'{name} {str(value)[:MOST_CHARS]}')


def _role(value: Any) -> str:
    known = next((role for role in AgentRole if role == value), None)
    return role_name(language(), known) if known else str(value)


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
