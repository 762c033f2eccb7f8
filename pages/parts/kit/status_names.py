"""Names of 상담 상태."""

from models import AgentStatus
from pages.locale import _


def status_names() -> dict[AgentStatus, str]:
    """Return the names of the statuses."""
    return {
        AgentStatus.AVAILABLE: _('상담 가능'),
        AgentStatus.BUSY: _('상담 중'),
        AgentStatus.AFTER_CONTACT: _('후처리'),
        AgentStatus.AWAY: _('이석'),
        AgentStatus.OFFLINE: _('오프라인'),
        AgentStatus.DISCONNECTED: _('연결 끊김'),
        AgentStatus.CHECKING: _('점검'),
    }
