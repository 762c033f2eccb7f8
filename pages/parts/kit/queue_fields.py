"""Names of a queue's fields, in its form and in the audit log."""

from pages.locale import _


def queue_field_names() -> dict[str, str]:
    """Return the names of all fields that can be set, in the form's order."""
    return {
        'name': _('이름 (고객이 고르는 문의 유형)'),
        'name_en': _('영어 이름'),
        'department': _('담당 부서'),
        'mode': _('배정 방식'),
        'is_active': _('접수'),
        'offer_seconds': _('수락 대기 (초)'),
        'misses_until_away': _('이석이 되는 연속 무응답 (번)'),
        'service_level_seconds': _('응답 목표 (초, 바꾸면 내일부터)'),
        'service_level_percent': _('응답 목표 (%, 바꾸면 내일부터)'),
        'skill_id': _('필요한 역량'),
        'min_level': _('최소 수준'),
        'widen_after_seconds': _('범위를 넓히기까지 (초, 비우면 안 넓힘)'),
        'wider_level': _('넓힌 뒤 최소 수준'),
        'wider_department': _('넓힌 뒤 함께 받는 부서'),
        'returning_seconds': _('다시 온 고객이 같은 상담원을 기다리는 시간 (초)'),
        'wrap_up_required': _('후처리'),
        'wrap_up_seconds': _('후처리 제한 (초, 비우면 없음)'),
        'chats_during_call': _('통화 중 채팅'),
        'recording_pause_seconds': _('녹음을 멈추는 시간 (초, 지나면 스스로 재개)'),
        'long_call_seconds': _('긴 통화 알림 (초, 비우면 없음)'),
        'very_long_call_seconds': _('아주 긴 통화 알림 (초, 비우면 없음)'),
        'callbacks_per_hour': _('고객이 신청하는 시간당 콜백 (건, 비우면 상담원마다 2건)'),
        'silence_ask_seconds': _('답이 없는 고객에게 묻기까지 (초, 비우면 묻지 않음)'),
        'silence_close_seconds': _('물은 뒤 스스로 종료하기까지 (초)'),
        'abuse_warnings': _('보호: 종료 전 경고 (번, 폭언)'),
        'harassment_warnings': _('보호: 종료 전 경고 (번, 성희롱·협박)'),
        'most_waiting': _('붐빔: 기다리는 채팅 (건, 비우면 안 봄)'),
        'longest_wait_seconds': _('붐빔: 예상 대기 (초, 비우면 안 봄)'),
        'is_announced_by_phone': _('전화 안내'),
    }
