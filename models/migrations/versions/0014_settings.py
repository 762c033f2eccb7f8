"""Invitations: links with which people come to a sign-in of their own.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'invitations',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('username', sa.String(length=50), nullable=False),
        sa.Column('email', sa.String(length=100), nullable=False),
        sa.Column('first_name', sa.String(length=50), nullable=False),
        sa.Column('last_name', sa.String(length=50), nullable=False),
        sa.Column(
            'role',
            postgresql.ENUM(name='agent_role', create_type=False),
            server_default='agent',
            nullable=False,
        ),
        sa.Column('department', sa.String(length=100), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('expires_at', sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column('invited_by_id', sa.Uuid(), nullable=False),
        sa.Column('used_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column('ended_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['invited_by_id'], ['agents.id'], name=op.f('fk_invitations_invited_by_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_invitations_token_hash')),
    )
    op.create_index('idx_invitations_username', 'invitations', ['username'], unique=False)
    op.create_index('idx_invitations_email', 'invitations', ['email'], unique=False)


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_invitations_email', table_name='invitations')
    op.drop_index('idx_invitations_username', table_name='invitations')
    op.drop_table('invitations')
