"""The board: limits and alerts, screens on a wall, notices to queues.

Revision ID: 0019
Revises: 0018
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def _row() -> list[sa.Column[Any]]:
    return [
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
    ]  # fmt: skip


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _queue_targets()
    op.create_table(
        'floor_thresholds',
        *_row(),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('most', sa.Integer(), nullable=False),
        sa.Column('queue_id', sa.Uuid(), nullable=True),
        sa.Column('status', sa.String(length=20), nullable=True),
        sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
        sa.Column('changed_by_id', sa.Uuid(), nullable=False),
        sa.Column('updated_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.ForeignKeyConstraint(['queue_id'], ['queues.id'], name=op.f('fk_floor_thresholds_queue_id')),
        sa.ForeignKeyConstraint(['changed_by_id'], ['agents.id'], name=op.f('fk_floor_thresholds_changed_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_floor_thresholds')),
    )  # fmt: skip
    op.create_table(
        'floor_alerts',
        *_row(),
        sa.Column('threshold_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('most', sa.Integer(), nullable=False),
        sa.Column('subject_id', sa.Uuid(), nullable=False),
        sa.Column('value', sa.Integer(), nullable=False),
        sa.Column('taken_by_id', sa.Uuid(), nullable=True),
        sa.Column('taken_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('ended_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['threshold_id'], ['floor_thresholds.id'], name=op.f('fk_floor_alerts_threshold_id')),
        sa.ForeignKeyConstraint(['taken_by_id'], ['agents.id'], name=op.f('fk_floor_alerts_taken_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_floor_alerts')),
    )  # fmt: skip
    op.create_index(
        'uq_floor_alerts_open', 'floor_alerts', ['threshold_id', 'subject_id'],
        unique=True, postgresql_where=sa.text('ended_at IS NULL'),
    )  # fmt: skip
    op.create_index('idx_floor_alerts_created', 'floor_alerts', ['created_at'])
    op.create_table(
        'wall_links',
        *_row(),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('department', sa.String(length=100), server_default='', nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('made_by_id', sa.Uuid(), nullable=False),
        sa.Column('revoked_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['made_by_id'], ['agents.id'], name=op.f('fk_wall_links_made_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_wall_links')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_wall_links_token_hash')),
    )  # fmt: skip
    op.create_table(
        'queue_notices',
        *_row(),
        sa.Column('queue_id', sa.Uuid(), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('body', sa.String(length=500), nullable=False),
        sa.Column('withdrawn_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['queue_id'], ['queues.id'], name=op.f('fk_queue_notices_queue_id')),
        sa.ForeignKeyConstraint(['by_id'], ['agents.id'], name=op.f('fk_queue_notices_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_queue_notices')),
    )  # fmt: skip
    op.create_index('idx_queue_notices_created', 'queue_notices', ['created_at'])
    op.create_table(
        'notice_receipts',
        sa.Column('notice_id', sa.Uuid(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('read_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['notice_id'], ['queue_notices.id'], name=op.f('fk_notice_receipts_notice_id')),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_notice_receipts_agent_id')),
        sa.PrimaryKeyConstraint('notice_id', 'agent_id', name=op.f('pk_notice_receipts')),
    )  # fmt: skip
    op.create_index(
        'idx_notice_receipts_unread', 'notice_receipts', ['agent_id'],
        postgresql_where=sa.text('read_at IS NULL'),
    )  # fmt: skip


def _queue_targets() -> None:
    op.create_table(
        'queue_targets',
        sa.Column('queue_id', sa.Uuid(), nullable=False),
        sa.Column('since', sa.Date(), nullable=False),
        sa.Column('seconds', sa.Integer(), nullable=False),
        sa.Column('percent', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['queue_id'], ['queues.id'], name=op.f('fk_queue_targets_queue_id')),
        sa.PrimaryKeyConstraint('queue_id', 'since', name=op.f('pk_queue_targets')),
    )  # fmt: skip


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ('queue_targets', 'notice_receipts', 'queue_notices', 'wall_links', 'floor_alerts', 'floor_thresholds'):  # fmt: skip
        op.drop_table(table)
