"""Departments that a supervisor is limited to.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        'agents',
        sa.Column(
            'departments', postgresql.ARRAY(sa.String()), server_default='{}', nullable=False
        ),
    )
    op.create_table(
        'shifts',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('begin', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('until', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('activities', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('changed_by_id', sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_shifts_agent_id')),
        sa.ForeignKeyConstraint(
            ['changed_by_id'], ['agents.id'], name=op.f('fk_shifts_changed_by_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_shifts')),
        sa.UniqueConstraint('agent_id', 'day', name='uq_shifts_agent_id_day'),
    )
    op.create_index(op.f('ix_shifts_day'), 'shifts', ['day'])


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('shifts')
    op.drop_column('agents', 'departments')
