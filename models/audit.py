"""The audit log: who did what to whose data. Append-only; each entry seals the one before it.

The database numbers, dates and seals the entries and refuses to change them (migration 0004,
decision 0011). Entries hold no personal data: ids, names of fields and counts only. Old and new
values are in ``customer_changes``, which is deleted with its customer; the log stays.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, Index, SQLModel

from models.base import Json, timestamp_field

MAX_REASON_CHARS = 200
MAX_PATH_CHARS = 200
FIRST_PREVIOUS_HASH = '0' * 64
"""The previous seal that the first entry names."""


class AuditAction(StrEnum):
    """The action. Stored as text: an entry outlives the release that wrote it."""

    SIGNED_IN = 'signed_in'
    SIGNED_OUT = 'signed_out'
    SIGNED_OUT_EVERYWHERE = 'signed_out_everywhere'
    ADMIN_MADE = 'admin_made'
    STATUS_SET = 'status_set'
    CATEGORY_CHANGED = 'category_changed'
    CONTACT_MOVED = 'contact_moved'
    PRIORITY_CHANGED = 'priority_changed'
    PROMISE_MADE = 'promise_made'
    PROMISE_HANDED_OVER = 'promise_handed_over'
    PROMISE_CLOSED = 'promise_closed'
    CONTACT_TAKEN_OVER = 'contact_taken_over'
    CONTACT_TRANSFER_ASKED = 'contact_transfer_asked'
    CONTACT_TRANSFERRED = 'contact_transferred'
    CONTACT_JOINED = 'contact_joined'
    CONTACT_REOPENED = 'contact_reopened'
    CONTACT_LABELLED = 'contact_labelled'
    CONTACT_WHISPERED = 'contact_whispered'
    THRESHOLD_CHANGED = 'threshold_changed'
    SHIFT_CHANGED = 'shift_changed'
    NOTICE_SENT = 'notice_sent'
    NOTICE_WITHDRAWN = 'notice_withdrawn'
    WALL_LINK_MADE = 'wall_link_made'
    WALL_LINK_REVOKED = 'wall_link_revoked'
    AGENT_INVITED = 'agent_invited'
    AGENT_JOINED = 'agent_joined'
    INVITATION_WITHDRAWN = 'invitation_withdrawn'
    AGENT_CHANGED = 'agent_changed'
    CONTACTS_HANDED_OVER = 'contacts_handed_over'
    PEOPLE_IMPORTED = 'people_imported'
    PEOPLE_EXPORTED = 'people_exported'
    CANNED_IMPORTED = 'canned_imported'
    CANNED_EXPORTED = 'canned_exported'
    PASSWORD_CHANGED = 'password_changed'  # noqa: S105 - a kind of act
    PASSWORD_LINK_MADE = 'password_link_made'  # noqa: S105 - a kind of act
    PASSWORD_RESET = 'password_reset'  # noqa: S105 - a kind of act
    SECOND_FACTOR_ON = 'second_factor_on'
    SECOND_FACTOR_OFF = 'second_factor_off'
    SECOND_FACTOR_RESET = 'second_factor_reset'
    SECOND_FACTOR_RULE = 'second_factor_rule'
    RECOVERY_CODES_MADE = 'recovery_codes_made'
    RECOVERY_CODE_USED = 'recovery_code_used'
    AGENT_DEACTIVATED = 'agent_deactivated'
    AGENT_REACTIVATED = 'agent_reactivated'
    ACCOUNT_BLOCKED = 'account_blocked'
    ACCOUNT_UNBLOCKED = 'account_unblocked'
    QUEUE_ADDED = 'queue_added'
    QUEUE_CHANGED = 'queue_changed'
    SETTING_CHANGED = 'setting_changed'
    SITE_KEY_MADE = 'site_key_made'
    SITE_KEY_RETIRED = 'site_key_retired'
    ALERT_TRIED = 'alert_tried'
    RETENTION_APPLIED = 'retention_applied'
    SKILL_ADDED = 'skill_added'
    SKILL_CHANGED = 'skill_changed'
    SKILL_REMOVED = 'skill_removed'

    PERSONAL_DATA_SHOWN = 'personal_data_shown'
    ACCESS_REVIEWED = 'access_reviewed'
    LOOKUPS_UNUSUAL = 'lookups_unusual'
    CUSTOMER_CREATED = 'customer_created'
    CUSTOMER_CHANGED = 'customer_changed'
    CUSTOMER_LINKED = 'customer_linked'
    CUSTOMER_UNLINKED = 'customer_unlinked'
    CUSTOMER_MERGED = 'customer_merged'
    CUSTOMER_MERGE_UNDONE = 'customer_merge_undone'
    CUSTOMER_ERASED = 'customer_erased'
    CUSTOMER_FILE_MADE = 'customer_file_made'
    CUSTOMER_FILE_ADDED = 'customer_file_added'
    CUSTOMER_FILE_READ = 'customer_file_read'
    CUSTOMER_FILE_REMOVED = 'customer_file_removed'
    CUSTOMERS_IMPORTED = 'customers_imported'
    IMPORT_TRIED = 'import_tried'
    CUSTOMERS_IMPORT_UNDONE = 'customers_import_undone'
    NOTE_ADDED = 'note_added'
    NOTE_CHANGED = 'note_changed'
    NOTE_REMOVED = 'note_removed'

    HISTORY_EXPORTED = 'history_exported'
    REPORT_EXPORTED = 'report_exported'
    TRANSCRIPT_TAKEN = 'transcript_taken'

    CALL_DIALLED = 'call_dialled'
    CALL_STOPPED = 'call_stopped'
    CALL_TRANSFER_ASKED = 'call_transfer_asked'
    CALL_ATTRIBUTES_SET = 'call_attributes_set'
    CALL_MONITORED = 'call_monitored'
    RECORDING_PAUSED = 'recording_paused'
    RECORDING_RESUMED = 'recording_resumed'
    CALLBACK_MADE = 'callback_made'
    CALLBACK_TAKEN = 'callback_taken'
    CALLBACK_CLOSED = 'callback_closed'

    PROTECTION_OPENED = 'protection_opened'
    PROTECTION_WARNED = 'protection_warned'
    PROTECTION_ENDED = 'protection_ended'
    PROTECTION_RESTED = 'protection_rested'
    PROTECTION_READ = 'protection_read'
    PROTECTION_RECORD_MADE = 'protection_record_made'
    PROTECTION_PAIR_LIFTED = 'protection_pair_lifted'
    CUSTOMER_RESTRICTED = 'customer_restricted'
    CUSTOMER_RELEASED = 'customer_released'


class SubjectKind(StrEnum):
    """The kind of object the action was about. Stored as text, like actions."""

    AGENT = 'agent'
    CUSTOMER = 'customer'
    CHAT = 'chat'
    CALL = 'call'
    NOTE = 'note'
    CATEGORY = 'category'
    QUEUE = 'queue'
    SKILL = 'skill'
    PROMISE = 'promise'
    CALLBACK = 'callback'


class AuditEntry(SQLModel, table=True):
    """One action. No foreign keys: checking one would wait for a locked row while the whole chain is locked."""

    __tablename__ = 'audit_log'
    __table_args__ = (
        Index('idx_audit_log_created', 'created_at'),
        Index('idx_audit_log_agent', 'agent_id', 'id'),
        Index('idx_audit_log_action', 'action', 'id'),
        Index('idx_audit_log_subject', 'subject_id', 'id'),
    )

    id: int = Field(
        default=0,
        primary_key=True,
        sa_type=BigInteger,
        sa_column_kwargs={'autoincrement': False, 'server_default': '0'},
        description='1, 2, 3 … without gaps, given by the database',
    )
    created_at: datetime = timestamp_field()
    agent_id: UUID | None = Field(default=None, description='none: a customer, or the desk itself')
    action: str = Field(max_length=50, description='an ``AuditAction``')
    subject_kind: str | None = Field(default=None, max_length=20, description='a ``SubjectKind``')
    subject_id: UUID | None = None
    path: str = Field(
        default='',
        max_length=MAX_PATH_CHARS,
        sa_column_kwargs={'server_default': ''},
        description='the page or route it was done on, as a template; none: the desk itself',
    )
    reason: str = Field(
        default='', max_length=MAX_REASON_CHARS, sa_column_kwargs={'server_default': ''}
    )
    details: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=Json,
        sa_column_kwargs={'server_default': '{}'},
        description='names of fields, counts, ids',
    )
    previous_hash: str = Field(
        default='', max_length=64, sa_column_kwargs={'server_default': ''}, description='its seal'
    )
    hash: str = Field(
        default='',
        max_length=64,
        sa_column_kwargs={'server_default': ''},
        description='SHA-256 over all of the above, hex',
    )
