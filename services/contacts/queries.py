"""Current contacts between agents and customers, as a subquery for other packages."""

from typing import Any

from sqlalchemy import union
from sqlmodel import col, select

from models import Call, ChatSession
from models.chat import OPEN_STATUSES


def in_touch(agent_id: Any) -> Any:
    """Select customers whose numbers an agent may see: of an open call, or chat after giving a reason."""
    chats = select(col(ChatSession.customer_id)).where(
        col(ChatSession.agent_id) == agent_id,
        col(ChatSession.contacts_shown_to) == agent_id,
        col(ChatSession.status).in_(OPEN_STATUSES),
        col(ChatSession.customer_id).is_not(None),
    )
    calls = select(col(Call.customer_id)).where(
        col(Call.agent_id) == agent_id,
        col(Call.end_time).is_(None),
        col(Call.customer_id).is_not(None),
    )
    return union(chats, calls)
