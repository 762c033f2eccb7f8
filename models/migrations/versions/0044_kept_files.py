"""Files of customers, and of canned replies.

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None

OF = {'customer_attachments': ('customer_id', 'customers'), 'canned_reply_files': ('reply_id', 'canned_replies')}  # fmt: skip


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, (owner, owners) in OF.items():
        op.create_table(
            table,
            sa.Column('id', sa.Uuid(), nullable=False),
            sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
            sa.Column('agent_id', sa.Uuid(), nullable=False),
            sa.Column('name', sa.String(length=200), nullable=False),
            sa.Column('media_type', sa.String(length=100), nullable=False),
            sa.Column('size_bytes', sa.Integer(), nullable=False),
            sa.Column('object_key', sa.String(length=64), nullable=False),
            sa.Column('preview_key', sa.String(length=64), nullable=True),
            sa.Column(owner, sa.Uuid(), nullable=False),
            sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f(f'fk_{table}_agent_id')),
            sa.ForeignKeyConstraint([owner], [f'{owners}.id'], name=op.f(f'fk_{table}_{owner}')),
            sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
            sa.UniqueConstraint('object_key', name=op.f(f'uq_{table}_object_key')),
        )  # fmt: skip
        op.create_index(op.f(f'ix_{table}_{owner}'), table, [owner])


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in OF:
        op.drop_table(table)
