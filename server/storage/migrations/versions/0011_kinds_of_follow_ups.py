"""Keep what a follow-up is for: each kind is capped on its own; find calls

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('sequences') as table:
        table.add_column(sa.Column('kind', sa.String(), nullable=False, server_default='sales'))
    op.create_index('ix_touches_shop_id_channel_state', 'touches', ['shop_id', 'channel', 'state'])


def downgrade() -> None:
    op.drop_index('ix_touches_shop_id_channel_state', 'touches')
    with op.batch_alter_table('sequences') as table:
        table.drop_column('kind')
