"""Canned replies, and how often each agent inserted them.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'canned_replies',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('owner_id', sa.Uuid(), nullable=True),
        sa.Column('department', sa.String(length=100), server_default='', nullable=False),
        sa.Column('folder', sa.String(length=60), server_default='', nullable=False),
        sa.Column('code', sa.String(length=30), server_default='', nullable=False),
        sa.Column('title', sa.String(length=100), nullable=False),
        sa.Column('title_en', sa.String(length=100), server_default='', nullable=False),
        sa.Column('body', sa.String(), nullable=False),
        sa.Column('body_en', sa.String(), server_default='', nullable=False),
        sa.Column('uses', sa.Integer(), server_default='0', nullable=False),
        sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
        sa.ForeignKeyConstraint(['owner_id'], ['agents.id'], name=op.f('fk_canned_replies_owner_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_canned_replies')),
    )  # fmt: skip
    op.create_index(op.f('ix_canned_replies_owner_id'), 'canned_replies', ['owner_id'])
    op.create_table(
        'canned_reply_uses',
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('reply_id', sa.Uuid(), nullable=False),
        sa.Column('uses', sa.Integer(), server_default='0', nullable=False),
        sa.Column('used_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_canned_reply_uses_agent_id')),
        sa.ForeignKeyConstraint(['reply_id'], ['canned_replies.id'], name=op.f('fk_canned_reply_uses_reply_id')),
        sa.PrimaryKeyConstraint('agent_id', 'reply_id', name=op.f('pk_canned_reply_uses')),
    )  # fmt: skip


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('canned_reply_uses')
    op.drop_table('canned_replies')
