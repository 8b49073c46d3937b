"""Keep kinds of goods, discount codes, shipping methods and customers' tags

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('variants') as table:
        table.add_column(sa.Column('product_type', sa.String(), nullable=False, server_default=''))
        table.add_column(sa.Column('vendor', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('orders') as table:
        table.add_column(sa.Column('discount_codes', _DOCUMENT, nullable=False, server_default='[]'))
        table.add_column(sa.Column('shipping_method', sa.String(), nullable=True))
    with op.batch_alter_table('customers') as table:
        table.add_column(sa.Column('tags', _DOCUMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('customers') as table:
        table.drop_column('tags')
    with op.batch_alter_table('orders') as table:
        table.drop_column('shipping_method')
        table.drop_column('discount_codes')
    with op.batch_alter_table('variants') as table:
        table.drop_column('vendor')
        table.drop_column('product_type')
