"""Forecasts that were acted on, and agents lent to another department.

Revision ID: 0022
Revises: 0021
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0022'
down_revision = '0021'
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
    op.create_table(
        'forecasts',
        *_row(),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('department', sa.String(length=100), nullable=False),
        sa.Column('agents', sa.Integer(), nullable=False),
        sa.Column('holds_breaks', sa.Boolean(), nullable=False),
        sa.Column('until', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('foretold', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['agents.id'], name=op.f('fk_forecasts_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_forecasts')),
    )
    op.create_index('idx_forecasts_created', 'forecasts', ['created_at'])
    op.create_table(
        'agent_loans',
        *_row(),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('from_department', sa.String(length=100), nullable=False),
        sa.Column('to_department', sa.String(length=100), nullable=False),
        sa.Column('by_id', sa.Uuid(), nullable=False),
        sa.Column('until', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('ended_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_agent_loans_agent_id')),
        sa.ForeignKeyConstraint(['by_id'], ['agents.id'], name=op.f('fk_agent_loans_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_agent_loans')),
    )
    op.create_index(
        'uq_agent_loans_open', 'agent_loans', ['agent_id'],
        unique=True, postgresql_where=sa.text('ended_at IS NULL'),
    )  # fmt: skip


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('agent_loans')
    op.drop_table('forecasts')
