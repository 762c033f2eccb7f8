"""Names of the roles."""

from models import AgentRole
from pages.locale import text

KEYS = {
    AgentRole.AGENT: 'role.agent',
    AgentRole.SUPERVISOR: 'role.supervisor',
    AgentRole.ADMIN: 'role.admin',
}


def role_name(language: str, role: AgentRole) -> str:
    """Return a role's name in a language: 상담원, 팀장, 시스템 관리자."""
    return text(language, KEYS[role])
