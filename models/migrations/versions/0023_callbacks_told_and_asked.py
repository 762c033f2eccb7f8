"""Call-backs: when their slot was announced, and the chat in which a customer asked for one.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column('callbacks', sa.Column('announced_at', sa.TIMESTAMP(timezone=True), nullable=True))  # fmt: skip
    op.add_column('callbacks', sa.Column('chat_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f('fk_callbacks_chat_id'), 'callbacks', 'chat_sessions', ['chat_id'], ['id']
    )
    op.create_index(
        'idx_callbacks_unannounced', 'callbacks', ['slot_from'],
        postgresql_where=sa.text("status = 'open' AND announced_at IS NULL"),
    )  # fmt: skip
    op.create_index(
        'uq_callbacks_open_chat', 'callbacks', ['chat_id'],
        unique=True, postgresql_where=sa.text("status = 'open'"),
    )  # fmt: skip


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('uq_callbacks_open_chat', table_name='callbacks')
    op.drop_index('idx_callbacks_unannounced', table_name='callbacks')
    op.drop_constraint(op.f('fk_callbacks_chat_id'), 'callbacks', type_='foreignkey')
    op.drop_column('callbacks', 'chat_id')
    op.drop_column('callbacks', 'announced_at')
