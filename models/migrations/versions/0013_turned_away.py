"""Who is blocked may neither start chats nor write; visitors of no record are found by the name that they typed.

``is_blocked`` judges by the linked record, or by the number where none is linked. A number with an extension is its owner's
too when the record has the number alone, not the other way round: a company's other extensions stay free.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

IS_BLOCKED = """
    CREATE FUNCTION is_blocked(customer uuid, called text) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
    BEGIN
        IF customer IS NOT NULL THEN
            RETURN EXISTS (SELECT FROM customers WHERE id = customer AND status = 'blocked');
        END IF;
        RETURN EXISTS (
            SELECT FROM customers
            WHERE status = 'blocked' AND merged_into_id IS NULL AND erased_at IS NULL
                AND (other_phones || phone) && ARRAY[called, split_part(called, 'x', 1)]::varchar[]
        );
    END $$
"""


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        'CREATE INDEX idx_customers_blocked ON customers USING gin ((other_phones || phone))'
        " WITH (fastupdate = off) WHERE status = 'blocked'"
    )
    op.execute(IS_BLOCKED)
    op.execute(
        'CREATE INDEX idx_chat_sessions_visitor_name ON chat_sessions'
        ' (name_key(visitor_name) COLLATE "C", start_time, id) WHERE customer_id IS NULL'
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute('DROP INDEX idx_chat_sessions_visitor_name')
    op.execute('DROP FUNCTION is_blocked(uuid, text)')
    op.execute('DROP INDEX idx_customers_blocked')
