"""Where the customers of chats write from.

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'site_visits',
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('site', sa.String(length=200), nullable=False),
        sa.Column('address', sa.String(length=500), server_default='', nullable=False),
        sa.Column('title', sa.String(length=120), server_default='', nullable=False),
        sa.Column('seen_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('identity', sa.String(length=200), server_default='', nullable=False),
        sa.Column('customer_id', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(['chat_session_id'], ['chat_sessions.id'], name=op.f('fk_site_visits_chat_session_id')),
        sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_site_visits_customer_id'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('chat_session_id', name=op.f('pk_site_visits')),
    )  # fmt: skip
    op.create_index(op.f('ix_site_visits_customer_id'), 'site_visits', ['customer_id'])


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('site_visits')
