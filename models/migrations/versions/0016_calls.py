"""Calls of Amazon Connect: their legs, what these are to agents and when, and who is who there.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

TYPES = {
    'call_leg_kind': (
        'inbound',
        'outbound',
        'api',
        'callback',
        'transfer',
        'queue_transfer',
        'external',
        'monitor',
        'other',
    ),
    'call_moment_kind': ('ringing', 'talking', 'on_hold', 'missed', 'refused', 'failed', 'over'),
}
DIALLING = "direction = 'outbound' AND contact_id IS NULL AND end_time IS NULL"


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, members in TYPES.items():
        postgresql.ENUM(*members, name=name).create(op.get_bind())
    op.add_column('agents', sa.Column('connect_user_id', sa.String(length=256), nullable=True))
    op.create_unique_constraint(op.f('uq_agents_connect_user_id'), 'agents', ['connect_user_id'])
    op.add_column('calls', _counter('version'))
    op.add_column('calls', sa.Column('dialled_by_id', sa.Uuid(), nullable=True))
    op.add_column('calls', _text('reason', 60))
    op.create_foreign_key(
        op.f('fk_calls_dialled_by_id'), 'calls', 'agents', ['dialled_by_id'], ['id']
    )
    op.create_index(
        'uq_calls_dialling', 'calls', ['phone'], unique=True, postgresql_where=sa.text(DIALLING)
    )
    _create_legs()
    _create_moments()


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('call_moments')
    op.drop_table('call_legs')
    op.drop_index('uq_calls_dialling', table_name='calls')
    op.drop_constraint(op.f('fk_calls_dialled_by_id'), 'calls', type_='foreignkey')
    for column in ('reason', 'dialled_by_id', 'version'):
        op.drop_column('calls', column)
    op.drop_constraint(op.f('uq_agents_connect_user_id'), 'agents', type_='unique')
    op.drop_column('agents', 'connect_user_id')
    for name in TYPES:
        postgresql.ENUM(name=name).drop(op.get_bind())


def _create_legs() -> None:
    op.create_table(
        'call_legs',
        *_row(),
        sa.Column('call_id', sa.Uuid(), nullable=False),
        sa.Column('contact_id', sa.String(length=256), nullable=False),
        _text('previous_contact_id', 256),
        sa.Column('kind', _enum('call_leg_kind'), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=True),
        sa.Column('queue_id', sa.Uuid(), nullable=True),
        _text('phone', 20),
        *(
            sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=True)
            for name in (
                'started_at',
                'reached_at',
                'queued_at',
                'answered_at',
                'ended_at',
                'cleared_at',
                'asked_at',
            )
        ),
        _counter('hold_seconds'),
        _text('reason', 60),
        _text('recording', 1_024),
        sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_call_legs_call_id')),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_call_legs_agent_id')),
        sa.ForeignKeyConstraint(['queue_id'], ['queues.id'], name=op.f('fk_call_legs_queue_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_call_legs')),
        sa.UniqueConstraint('contact_id', name=op.f('uq_call_legs_contact_id')),
    )
    op.create_index('idx_call_legs_call', 'call_legs', ['call_id'], unique=False)
    op.create_index(
        'idx_call_legs_open',
        'call_legs',
        ['created_at'],
        unique=False,
        postgresql_where=sa.text('ended_at IS NULL'),
    )
    op.create_index(
        'idx_call_legs_unrecorded',
        'call_legs',
        ['ended_at'],
        unique=False,
        postgresql_where=sa.text("answered_at IS NOT NULL AND recording = ''"),
    )


def _create_moments() -> None:
    op.create_table(
        'call_moments',
        *_row(),
        sa.Column('leg_id', sa.Uuid(), nullable=False),
        sa.Column('connect_user', sa.String(length=256), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=True),
        sa.Column('kind', _enum('call_moment_kind'), nullable=False),
        sa.Column('at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['leg_id'], ['call_legs.id'], name=op.f('fk_call_moments_leg_id')),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_call_moments_agent_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_call_moments')),
        sa.UniqueConstraint(
            'leg_id', 'connect_user', 'kind', 'at', name=op.f('uq_call_moments_told_once')
        ),
    )


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
    ]


def _enum(name: str) -> postgresql.ENUM:
    return postgresql.ENUM(name=name, create_type=False)


def _text(name: str, length: int) -> 'sa.Column[str]':
    return sa.Column(name, sa.String(length=length), server_default='', nullable=False)


def _counter(name: str) -> 'sa.Column[int]':
    return sa.Column(name, sa.Integer(), server_default='0', nullable=False)
