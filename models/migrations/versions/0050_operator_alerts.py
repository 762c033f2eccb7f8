"""Alerts to whoever runs the desk, and their messages on the way to SNS.

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'operator_alerts',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('kind', sa.String(length=30), nullable=False),
        sa.Column('subject', sa.String(length=300), nullable=False),
        sa.Column('told_level', sa.Integer(), server_default='0', nullable=False),
        sa.Column('details', postgresql.JSONB(), nullable=False),
        sa.Column('seen_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('ended_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_alerts')),
    )  # fmt: skip
    op.create_index(
        'uq_operator_alerts_open', 'operator_alerts', ['kind', 'subject'],
        unique=True, postgresql_where=sa.text('ended_at IS NULL'),
    )  # fmt: skip
    op.create_index('idx_operator_alerts_ended', 'operator_alerts', ['ended_at'])
    op.create_table(
        'alert_deliveries',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column('dedupe_id', sa.Uuid(), nullable=False),
        sa.Column('alert_id', sa.Uuid(), nullable=True),
        sa.Column('kind', sa.String(length=30), nullable=False),
        sa.Column('phase', sa.String(length=20), nullable=False),
        sa.Column('headline', sa.String(length=100), nullable=False),
        sa.Column('body', sa.String(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('try_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
        sa.Column('failed_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('fault', sa.String(length=50), server_default='', nullable=False),
        sa.Column('sent_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('given_up_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['alert_id'], ['operator_alerts.id'], name=op.f('fk_alert_deliveries_alert_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_deliveries')),
        sa.UniqueConstraint('dedupe_id', name=op.f('uq_alert_deliveries_dedupe_id')),
    )  # fmt: skip
    op.create_index(
        'idx_alert_deliveries_due', 'alert_deliveries', ['try_at'],
        postgresql_where=sa.text('sent_at IS NULL AND given_up_at IS NULL'),
    )  # fmt: skip
    op.create_index('idx_alert_deliveries_alert', 'alert_deliveries', ['alert_id'])


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('alert_deliveries')
    op.drop_table('operator_alerts')
