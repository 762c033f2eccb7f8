"""The tables and the rules that need only the row itself. Importing this package knows every table."""

from models.agent import Agent, AgentRole, AgentStatus, AgentStatusChange
from models.base import Row
from models.chat import (
    ChatEnding,
    ChatSession,
    ChatStatus,
    Draft,
    Message,
    MessageGrams,
    MessageType,
    Priority,
    Sender,
)
from models.customer import Customer, CustomerStatus, CustomerType, RiskLevel
from models.outbox import OutboxEntry
from models.session import SignInAttempt, SignInSession

__all__ = [
    'Agent',
    'AgentRole',
    'AgentStatus',
    'AgentStatusChange',
    'ChatEnding',
    'ChatSession',
    'ChatStatus',
    'Customer',
    'CustomerStatus',
    'CustomerType',
    'Draft',
    'Message',
    'MessageGrams',
    'MessageType',
    'OutboxEntry',
    'Priority',
    'RiskLevel',
    'Row',
    'Sender',
    'SignInAttempt',
    'SignInSession',
]
