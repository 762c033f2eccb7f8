"""A block may have an end (이용 제한), and the agents to whom a customer is not brought any more.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

IS_BLOCKED = """
    CREATE OR REPLACE FUNCTION is_blocked(customer uuid, called text) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
    BEGIN
        IF customer IS NOT NULL THEN
            RETURN EXISTS (SELECT FROM customers WHERE id = customer AND status = 'blocked'{in_force});
        END IF;
        RETURN EXISTS (
            SELECT FROM customers
            WHERE status = 'blocked' AND merged_into_id IS NULL AND erased_at IS NULL{in_force}
                AND (other_phones || phone) && ARRAY[called, split_part(called, 'x', 1)]::varchar[]
        );
    END $$
"""
IN_FORCE = ' AND (blocked_until IS NULL OR blocked_until > now())'
BARRED_AGENTS = """
    CREATE FUNCTION barred_agents(customer uuid, called text) RETURNS uuid[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
    BEGIN
        RETURN ARRAY(
            SELECT DISTINCT agent_id FROM barred_pairs
            WHERE lifted_at IS NULL AND (
                customer_id = customer
                OR called <> '' AND phone = called
                OR called <> '' AND customer IS NULL AND customer_id IN (
                    SELECT id FROM customers WHERE called = ANY (other_phones || phone)
                )
            )
        );
    END $$
"""


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column('customers', sa.Column('blocked_until', sa.TIMESTAMP(timezone=True), nullable=True))  # fmt: skip
    op.create_index(
        'idx_customers_blocked_until', 'customers', ['blocked_until'],
        postgresql_where=sa.text('blocked_until IS NOT NULL'),
    )  # fmt: skip
    op.execute(IS_BLOCKED.format(in_force=IN_FORCE))
    op.execute(BARRED_AGENTS)


def downgrade() -> None:
    """Go back: a block with an end has none any more."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute('DROP FUNCTION barred_agents(uuid, text)')
    op.execute(IS_BLOCKED.format(in_force=''))
    op.drop_index('idx_customers_blocked_until', table_name='customers')
    op.drop_column('customers', 'blocked_until')
