"""Labels of chats.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

COLOR = postgresql.ENUM(
    'grey', 'green', 'amber', 'blue', 'violet', 'red', name='label_color', create_type=False
)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    COLOR.create(op.get_bind())
    op.create_table(
        'chat_labels',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('department', sa.String(length=100), server_default='', nullable=False),
        sa.Column('name', sa.String(length=30), nullable=False),
        sa.Column('name_en', sa.String(length=30), server_default='', nullable=False),
        sa.Column('color', COLOR, server_default='grey', nullable=False),
        sa.Column('position', sa.Integer(), server_default='0', nullable=False),
        sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_labels')),
    )  # fmt: skip
    op.add_column(
        'chat_sessions',
        sa.Column('label_ids', sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index(
        'idx_chat_sessions_labels', 'chat_sessions', ['label_ids'],
        postgresql_using='gin', postgresql_where=sa.text("label_ids <> '{}'"),
    )  # fmt: skip


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_chat_sessions_labels', table_name='chat_sessions')
    op.drop_column('chat_sessions', 'label_ids')
    op.drop_table('chat_labels')
    COLOR.drop(op.get_bind())
