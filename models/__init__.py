"""The tables, and rules that need only one row. Importing this package registers every table."""

from models.access import AccessMonth, AccessReview
from models.agent import (
    Agent,
    AgentPresence,
    AgentRole,
    AgentStatus,
    AgentStatusChange,
    AwayReason,
    StateCause,
)
from models.attachment import Attachment, DoomedObject
from models.audit import AuditAction, AuditEntry, SubjectKind
from models.base import Row
from models.call import (
    Call,
    CallDirection,
    CallEnding,
    CallLeg,
    CallLegKind,
    CallMoment,
    CallMomentKind,
    PauseEnding,
    RecordingPause,
)
from models.callback import Callback, CallbackAttempt, CallbackStatus
from models.canned_reply import CannedReply, CannedReplyUse
from models.chat import (
    ChatEnding,
    ChatSession,
    ChatStatus,
    Draft,
    Message,
    MessageGrams,
    MessageType,
    Sender,
)
from models.chat_archive import ChatArchive
from models.chat_note import ChatNote, NoteDraft, NoteMention
from models.chat_transfer import ChatTransfer, TransferOutcome
from models.customer import (
    CallPermission,
    Customer,
    CustomerChange,
    CustomerMerge,
    CustomerStatus,
    CustomerType,
    Note,
    RiskLevel,
)
from models.floor_board import (
    FloorAlert,
    FloorThreshold,
    NoticeReceipt,
    QueueNotice,
    ThresholdKind,
    WallLink,
)
from models.forecast import AgentLoan, Forecast
from models.history import HistoryView
from models.importing import ImportedCustomer, ImportRun
from models.invitation import Invitation
from models.kept_file import CannedReplyFile, CustomerAttachment
from models.label import ChatLabel, LabelColor
from models.left_message import LeftMessage
from models.lookup import Lookup
from models.operator_alert import AlertDelivery, AlertKind, AlertPhase, OperatorAlert
from models.outbox import OutboxEntry
from models.password_reset import PasswordReset
from models.priority import Priority
from models.protection import (
    Announcement,
    BarredPair,
    ProtectionCase,
    ProtectionEvidence,
    ProtectionFile,
    ProtectionKind,
    ProtectionStep,
    ProtectionStepKind,
)
from models.queue import AgentSkill, Queue, QueueMode, QueueTarget, Skill
from models.rating import ChatRating
from models.report import ReportChange, ReportLine, ReportSubscription, SavedReport
from models.second_factor import SecondFactor, SecondFactorRule
from models.sentiment import (
    ChatMood,
    MessageSentiment,
    MoodTrend,
    Sentiment,
    SentimentSource,
    SentimentSpending,
)
from models.session import SignInAttempt, SignInSession
from models.setting import EVERYWHERE, SettingChange, SettingDocument, SettingKind
from models.setup_link import SetupLink
from models.shift import Shift
from models.site import SiteKey, SiteVisit
from models.step import Channel, ContactStep, RoutingDecision, StepKind
from models.uptime import Uptime
from models.wrap_up import (
    ContactCategory,
    DismissedPromise,
    PastWrapUp,
    Promise,
    PromiseStatus,
    WrapUp,
    WrapUpEnding,
)

__all__ = [
    'EVERYWHERE',
    'AccessMonth',
    'AccessReview',
    'Agent',
    'AgentLoan',
    'AgentPresence',
    'AgentRole',
    'AgentSkill',
    'AgentStatus',
    'AgentStatusChange',
    'AlertDelivery',
    'AlertKind',
    'AlertPhase',
    'Announcement',
    'Attachment',
    'AuditAction',
    'AuditEntry',
    'AwayReason',
    'BarredPair',
    'Call',
    'CallDirection',
    'CallEnding',
    'CallLeg',
    'CallLegKind',
    'CallMoment',
    'CallMomentKind',
    'CallPermission',
    'Callback',
    'CallbackAttempt',
    'CallbackStatus',
    'CannedReply',
    'CannedReplyFile',
    'CannedReplyUse',
    'Channel',
    'ChatArchive',
    'ChatEnding',
    'ChatLabel',
    'ChatMood',
    'ChatNote',
    'ChatRating',
    'ChatSession',
    'ChatStatus',
    'ChatTransfer',
    'ContactCategory',
    'ContactStep',
    'Customer',
    'CustomerAttachment',
    'CustomerChange',
    'CustomerMerge',
    'CustomerStatus',
    'CustomerType',
    'DismissedPromise',
    'DoomedObject',
    'Draft',
    'FloorAlert',
    'FloorThreshold',
    'Forecast',
    'HistoryView',
    'ImportRun',
    'ImportedCustomer',
    'Invitation',
    'LabelColor',
    'LeftMessage',
    'Lookup',
    'Message',
    'MessageGrams',
    'MessageSentiment',
    'MessageType',
    'MoodTrend',
    'Note',
    'NoteDraft',
    'NoteMention',
    'NoticeReceipt',
    'OperatorAlert',
    'OutboxEntry',
    'PasswordReset',
    'PastWrapUp',
    'PauseEnding',
    'Priority',
    'Promise',
    'PromiseStatus',
    'ProtectionCase',
    'ProtectionEvidence',
    'ProtectionFile',
    'ProtectionKind',
    'ProtectionStep',
    'ProtectionStepKind',
    'Queue',
    'QueueMode',
    'QueueNotice',
    'QueueTarget',
    'RecordingPause',
    'ReportChange',
    'ReportLine',
    'ReportSubscription',
    'RiskLevel',
    'RoutingDecision',
    'Row',
    'SavedReport',
    'SecondFactor',
    'SecondFactorRule',
    'Sender',
    'Sentiment',
    'SentimentSource',
    'SentimentSpending',
    'SettingChange',
    'SettingDocument',
    'SettingKind',
    'SetupLink',
    'Shift',
    'SignInAttempt',
    'SignInSession',
    'SiteKey',
    'SiteVisit',
    'Skill',
    'StateCause',
    'StepKind',
    'SubjectKind',
    'ThresholdKind',
    'TransferOutcome',
    'Uptime',
    'WallLink',
    'WrapUp',
    'WrapUpEnding',
]
