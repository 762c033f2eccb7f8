"""Names of what happens in a case of 보호."""

from collections.abc import Mapping

from models import MessageType, ProtectionKind, ProtectionStepKind
from pages.locale import text
from services.protection.events import CaseView

KINDS = {
    ProtectionKind.ABUSE.value: '폭언·욕설',
    ProtectionKind.HARASSMENT.value: '성희롱',
    ProtectionKind.THREAT.value: '협박',
    ProtectionKind.OTHER.value: '그 밖의 괴롭힘',
}
STEPS = {
    ProtectionStepKind.OPENED.value: '보호 시작',
    ProtectionStepKind.WARNED.value: '경고',
    ProtectionStepKind.ENDED.value: '상담원이 종료',
    ProtectionStepKind.OVER.value: '상담이 끝남',
    ProtectionStepKind.BARRED.value: '다시 연결하지 않음',
    ProtectionStepKind.UNBARRED.value: '다시 연결함',
    ProtectionStepKind.RECORDING.value: '녹음 위치',
    ProtectionStepKind.RESTED.value: '보호 휴식 시작',
    ProtectionStepKind.RETURNED.value: '보호 휴식 끝',
    ProtectionStepKind.TAKEN.value: '관리자가 맡음',
    ProtectionStepKind.RESTRICTED.value: '이용 제한',
    ProtectionStepKind.RELEASED.value: '이용 제한 풀림',
    ProtectionStepKind.RECORD_MADE.value: '기록 문서 만듦',
}


_LINES = {
    MessageType.JOINED.value: '{name} 상담원이 연결되었습니다',
    MessageType.TRANSFERRED.value: '{name} 상담원이 상담을 넘겨받았습니다',
    MessageType.ENDED_BY_AGENT.value: '{name} 상담원이 상담을 종료했습니다',
    MessageType.ENDED_BY_CUSTOMER.value: '고객이 상담을 종료했습니다',
    MessageType.ABANDONED.value: '고객이 기다리다가 나갔습니다',
}


def said(language: str, values: Mapping[str, object]) -> str:
    """Return a line of evidence in words: the desk's own lines hold a name only."""
    body, sentence = str(values['body']), _LINES.get(str(values['type']))
    return text(language, sentence, name=body) if sentence else body


def kind_name(language: str, kind: str) -> str:
    """Return the name of what a customer did; one of a newer version is named 그 밖의 괴롭힘."""
    return text(language, KINDS.get(kind, KINDS[ProtectionKind.OTHER.value]))


def step_name(language: str, kind: str) -> str:
    """Return the name of a step; one of a newer version keeps its code."""
    return text(language, STEPS[kind]) if kind in STEPS else kind


def state_name(language: str, case: CaseView) -> str:
    """Return how a case stands in a few words."""
    if not case.is_over:
        if not case.warnings:
            return text(language, '경고 전')
        return text(language, '경고 {count}회', count=case.warnings)
    if case.rest_from is not None and case.rest_until is None:
        return text(language, '보호 휴식 중')
    return text(language, '종료됨') if case.ended_by_id else text(language, '상담이 끝남')
