"""The tables and the rules that need only the row itself. Importing this package knows every table."""

from models.agent import Agent, AgentRole, AgentStatus, AgentStatusChange
from models.audit import AuditAction, AuditEntry, SubjectKind
from models.base import Row
from models.call import Call, CallDirection, CallEnding
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
from models.customer import (
    Customer,
    CustomerChange,
    CustomerMerge,
    CustomerStatus,
    CustomerType,
    Note,
    RiskLevel,
)
from models.history import HistoryView
from models.outbox import OutboxEntry
from models.session import SignInAttempt, SignInSession

__all__ = [
    'Agent',
    'AgentRole',
    'AgentStatus',
    'AgentStatusChange',
    'AuditAction',
    'AuditEntry',
    'Call',
    'CallDirection',
    'CallEnding',
    'ChatEnding',
    'ChatSession',
    'ChatStatus',
    'Customer',
    'CustomerChange',
    'CustomerMerge',
    'CustomerStatus',
    'CustomerType',
    'Draft',
    'HistoryView',
    'Message',
    'MessageGrams',
    'MessageType',
    'Note',
    'OutboxEntry',
    'Priority',
    'RiskLevel',
    'Row',
    'Sender',
    'SignInAttempt',
    'SignInSession',
    'SubjectKind',
]
