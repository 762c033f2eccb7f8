"""Limits of the board in words."""

from models import ThresholdKind
from pages.locale import _


def bound(kind: str, most: int) -> str:
    """Return a limit in words."""
    return {
        ThresholdKind.WAITING.value: _('대기 {most}건 초과', most=most),
        ThresholdKind.LONGEST.value: _('최장 대기 {most}초 초과', most=most),
        ThresholdKind.LEVEL.value: _('서비스 레벨 {most}% 미만', most=most),
        ThresholdKind.STATE.value: _('같은 상태 {most}분 초과', most=most),
        ThresholdKind.NEGATIVE.value: _('부정 감정 상담 {most}건 초과', most=most),
        ThresholdKind.PROMISE.value: _('약속 {most}분 넘게 지남', most=most),
    }.get(kind, kind)


def limit_names() -> dict[ThresholdKind, str]:
    """Return what can have a limit, with its unit."""
    return {
        ThresholdKind.WAITING: _('대기 건수 초과'),
        ThresholdKind.LONGEST: _('최장 대기(초) 초과'),
        ThresholdKind.LEVEL: _('서비스 레벨(%) 미만'),
        ThresholdKind.STATE: _('상담원 상태(분) 초과'),
        ThresholdKind.NEGATIVE: _('부정 감정 상담(건) 초과'),
        ThresholdKind.PROMISE: _('지난 약속(분) 초과'),
    }
