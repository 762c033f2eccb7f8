"""Voice: pauses of recordings, long calls, what customers may be called for, call-backs.

Revision ID: 0020
Revises: 0019
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

TYPES = {
    'pause_ending': ('agent', 'limit', 'over', 'refused'),
    'call_permission': ('anything', 'service', 'nothing'),
    'callback_status': ('open', 'reached', 'came_first', 'given_up', 'cancelled'),
}


def _enum(name: str) -> postgresql.ENUM:
    return postgresql.ENUM(*TYPES[name], name=name, create_type=False)


def _time(name: str, *, is_known: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=not is_known)


def _now(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False)  # fmt: skip


def _row() -> list[sa.Column[Any]]:
    return [sa.Column('id', sa.Uuid(), nullable=False), _now('created_at')]


def _id(name: str, *, is_known: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=not is_known)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{to}.id'], name=op.f(f'fk_{table}_{column}'))


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, labels in TYPES.items():
        postgresql.ENUM(*labels, name=name).create(op.get_bind())
    op.add_column('queues', sa.Column('recording_pause_seconds', sa.Integer(), server_default='90', nullable=False))  # fmt: skip
    op.add_column('queues', sa.Column('long_call_seconds', sa.Integer(), server_default='600', nullable=True))  # fmt: skip
    op.add_column('queues', sa.Column('very_long_call_seconds', sa.Integer(), server_default='1200', nullable=True))  # fmt: skip
    op.add_column('customers', sa.Column('call_permission', _enum('call_permission'), server_default='service', nullable=False))  # fmt: skip
    _pauses()
    _callbacks()


def _pauses() -> None:
    op.create_table(
        'recording_pauses',
        *_row(),
        _id('call_id', is_known=True),
        sa.Column('contact_id', sa.String(length=256), nullable=False),
        _id('agent_id', is_known=True),
        _time('resume_at', is_known=True),
        _time('resumed_at'),
        sa.Column('ending', _enum('pause_ending'), nullable=True),
        _refers('recording_pauses', 'call_id', 'calls'),
        _refers('recording_pauses', 'agent_id', 'agents'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recording_pauses')),
    )
    is_open = sa.text('resumed_at IS NULL')
    op.create_index('uq_recording_pauses_open', 'recording_pauses', ['call_id'], unique=True, postgresql_where=is_open)  # fmt: skip
    op.create_index('idx_recording_pauses_due', 'recording_pauses', ['resume_at'], postgresql_where=is_open)  # fmt: skip


def _callbacks() -> None:
    op.create_table(
        'callbacks',
        *_row(),
        _id('customer_id'),
        sa.Column('phone', sa.String(length=20), nullable=False),
        sa.Column('name', sa.String(length=100), server_default='', nullable=False),
        sa.Column('body', sa.String(length=500), server_default='', nullable=False),
        _id('queue_id'),
        sa.Column('department', sa.String(length=100), nullable=False),
        _id('owner_id'),
        _id('made_by_id'),
        _time('slot_from', is_known=True),
        _time('slot_to', is_known=True),
        sa.Column('status', _enum('callback_status'), server_default='open', nullable=False),
        sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
        _time('closed_at'),
        _id('closed_by_id'),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False),
        _now('updated_at'),
        _refers('callbacks', 'customer_id', 'customers'),
        _refers('callbacks', 'queue_id', 'queues'),
        *(
            _refers('callbacks', one, 'agents')
            for one in ('owner_id', 'made_by_id', 'closed_by_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_callbacks')),
    )
    is_open = sa.text("status = 'open'")
    op.create_index('idx_callbacks_open', 'callbacks', ['department', 'slot_from'], postgresql_where=is_open)  # fmt: skip
    op.create_index('idx_callbacks_open_phone', 'callbacks', ['phone'], postgresql_where=is_open)
    op.create_index('idx_callbacks_customer', 'callbacks', ['customer_id', 'created_at'])
    op.create_table(
        'callback_attempts',
        *_row(),
        _id('callback_id', is_known=True),
        _id('call_id', is_known=True),
        _id('agent_id', is_known=True),
        _refers('callback_attempts', 'callback_id', 'callbacks'),
        _refers('callback_attempts', 'call_id', 'calls'),
        _refers('callback_attempts', 'agent_id', 'agents'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_callback_attempts')),
        sa.UniqueConstraint('call_id', name=op.f('uq_callback_attempts_call_id')),
    )
    op.create_index('idx_callback_attempts_callback', 'callback_attempts', ['callback_id', 'created_at'])  # fmt: skip


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ('callback_attempts', 'callbacks', 'recording_pauses'):
        op.drop_table(table)
    op.drop_column('customers', 'call_permission')
    for column in ('very_long_call_seconds', 'long_call_seconds', 'recording_pause_seconds'):
        op.drop_column('queues', column)
    for name in TYPES:
        op.execute(f'DROP TYPE {name}')
