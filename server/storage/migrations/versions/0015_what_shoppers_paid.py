"""Keep what orders came to in the money they were paid in, and whether they start a subscription

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('orders') as table:
        table.add_column(sa.Column('presentment_total', sa.BigInteger(), nullable=True))
        table.add_column(sa.Column('presentment_current_total', sa.BigInteger(), nullable=True))
        table.add_column(sa.Column('starts_subscription', sa.Boolean(), nullable=True))
    with op.batch_alter_table('order_lines') as table:
        table.add_column(sa.Column('presentment_unit_price', sa.BigInteger(), nullable=True))
        table.add_column(sa.Column('presentment_total', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('order_lines') as table:
        table.drop_column('presentment_total')
        table.drop_column('presentment_unit_price')
    with op.batch_alter_table('orders') as table:
        table.drop_column('starts_subscription')
        table.drop_column('presentment_current_total')
        table.drop_column('presentment_total')
