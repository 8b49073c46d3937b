"""Keep the codes that blocks on the thank-you and order-status pages bring

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'offer_codes',
        sa.Column('shop_id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(), nullable=False),
        sa.Column('decision_id', sa.String(), nullable=False),
        sa.Column('option_id', sa.String(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['decision_id'], ['decisions.id'], name=op.f('fk_offer_codes_decision_id_decisions'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['shop_id'], ['shops.id'], name=op.f('fk_offer_codes_shop_id_shops'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('shop_id', 'code', name=op.f('pk_offer_codes')),
    )
    op.create_index('ix_offer_codes_decision_id', 'offer_codes', ['decision_id'])


def downgrade() -> None:
    op.drop_index('ix_offer_codes_decision_id', 'offer_codes')
    op.drop_table('offer_codes')
