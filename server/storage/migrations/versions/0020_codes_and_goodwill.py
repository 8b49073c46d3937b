"""Keep the codes that messages bring; let an order have a follow-up after a ticket beside its own

Revision: 0020, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('sequences') as table:
        table.drop_constraint(op.f('uq_sequences_shop_id_order_id'), type_='unique')
        table.create_unique_constraint(op.f('uq_sequences_shop_id_order_id_kind'), ['shop_id', 'order_id', 'kind'])
    op.create_index('ix_sequences_shop_id_kind_created_at', 'sequences', ['shop_id', 'kind', 'created_at'])
    with op.batch_alter_table('touches') as table:
        table.add_column(sa.Column('code', sa.String(), nullable=True))
    op.create_index('ix_touches_shop_id_code', 'touches', ['shop_id', 'code'])


def downgrade() -> None:
    op.drop_index('ix_touches_shop_id_code', 'touches')
    with op.batch_alter_table('touches') as table:
        table.drop_column('code')
    op.drop_index('ix_sequences_shop_id_kind_created_at', 'sequences')
    # An order may have two by now, which the older schema has no room for.
    op.execute("DELETE FROM touches WHERE sequence_id IN (SELECT id FROM sequences WHERE kind = 'goodwill')")
    op.execute("DELETE FROM sequences WHERE kind = 'goodwill'")
    with op.batch_alter_table('sequences') as table:
        table.drop_constraint(op.f('uq_sequences_shop_id_order_id_kind'), type_='unique')
        table.create_unique_constraint(op.f('uq_sequences_shop_id_order_id'), ['shop_id', 'order_id'])
