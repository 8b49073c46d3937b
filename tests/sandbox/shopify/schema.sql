-- The sandbox shop's own truth, in one SQLite file. Only the sandbox reads it; Afters meets it over HTTP.
-- Money: integer minor units of `currency` (pence). Times: ISO 8601 UTC with a trailing Z. JSON columns hold JSON text.

CREATE TABLE shop (
    id INTEGER PRIMARY KEY,                 -- numeric Shopify shop id
    domain TEXT NOT NULL UNIQUE,            -- *.myshopify.com
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    currency TEXT NOT NULL,
    iana_timezone TEXT NOT NULL,
    country_code TEXT NOT NULL,
    post_purchase_app TEXT,                 -- client id chosen in Settings > Checkout > Post-purchase page, or NULL
    -- Of protected customer data, what Shopify approved the app for: 2 is with who the people are.
    protected_data_level INTEGER NOT NULL DEFAULT 2,
    placed_blocks TEXT NOT NULL DEFAULT '[]' -- JSON list of the targets where the merchant placed the app's block
);

CREATE TABLE location (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    fulfills_online_orders INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE product (
    id INTEGER PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    vendor TEXT NOT NULL,
    product_type TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',        -- JSON list of strings
    status TEXT NOT NULL DEFAULT 'ACTIVE',  -- ACTIVE | DRAFT | ARCHIVED
    option_name TEXT NOT NULL DEFAULT 'Title', -- name of the one option; its values are the variants' titles
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE variant (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES product(id) ON DELETE CASCADE,
    inventory_item_id INTEGER NOT NULL UNIQUE,
    sku TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT 'Default Title',
    position INTEGER NOT NULL DEFAULT 1,
    price INTEGER NOT NULL,
    compare_at_price INTEGER,
    unit_cost INTEGER,
    inventory_policy TEXT NOT NULL DEFAULT 'DENY',  -- DENY | CONTINUE
    requires_shipping INTEGER NOT NULL DEFAULT 1,
    taxable INTEGER NOT NULL DEFAULT 1,
    tracked INTEGER NOT NULL DEFAULT 1,
    updated_at TEXT NOT NULL
);
CREATE INDEX variant_product ON variant(product_id, position);
CREATE INDEX variant_sku ON variant(sku);

CREATE TABLE inventory_level (
    inventory_item_id INTEGER NOT NULL,
    location_id INTEGER NOT NULL REFERENCES location(id),
    available INTEGER NOT NULL,
    committed INTEGER NOT NULL DEFAULT 0,
    incoming INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (inventory_item_id, location_id)
);

-- A collection with a rule fills itself: what is in it is what fits, at any moment. Without one it is filled by hand.
CREATE TABLE collection (
    id INTEGER PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    rule_column TEXT,                       -- TYPE | TAG | VENDOR | VARIANT_PRICE | VARIANT_INVENTORY, as Shopify names them
    rule_relation TEXT,                     -- EQUALS | LESS_THAN | GREATER_THAN
    rule_condition TEXT,                    -- a word; for prices minor units, for stock units
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE collection_product (
    collection_id INTEGER NOT NULL REFERENCES collection(id) ON DELETE CASCADE,
    product_id INTEGER NOT NULL REFERENCES product(id) ON DELETE CASCADE,
    PRIMARY KEY (collection_id, product_id)
);
CREATE INDEX collection_product_product ON collection_product(product_id);

CREATE VIEW collection_member AS
SELECT collection_id, product_id FROM collection_product
UNION
SELECT c.id, p.id FROM collection c JOIN product p WHERE CASE c.rule_column
    WHEN 'TYPE' THEN p.product_type = c.rule_condition
    WHEN 'VENDOR' THEN p.vendor = c.rule_condition
    WHEN 'TAG' THEN EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = c.rule_condition)
    WHEN 'VARIANT_PRICE' THEN EXISTS (
        SELECT 1 FROM variant v WHERE v.product_id = p.id AND v.price < CAST(c.rule_condition AS INTEGER))
    WHEN 'VARIANT_INVENTORY' THEN EXISTS (
        SELECT 1 FROM variant v JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id
        WHERE v.product_id = p.id AND l.available > CAST(c.rule_condition AS INTEGER))
    ELSE 0 END;

CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    first_name TEXT, last_name TEXT,        -- NULL: a customer may have no name, e-mail or phone
    email TEXT, phone TEXT,                 -- phone in E.164
    locale TEXT NOT NULL DEFAULT 'en-GB',
    tags TEXT NOT NULL DEFAULT '[]',
    address TEXT,                           -- JSON {address1, city, province_code, zip, country_code}; NULL when unknown
    time_zone TEXT NOT NULL,                -- where the person really is; Shopify does not tell, the checker uses it
    email_state TEXT NOT NULL,              -- SUBSCRIBED | UNSUBSCRIBED | NOT_SUBSCRIBED | PENDING | INVALID | REDACTED
    email_opt_in_level TEXT,                -- SINGLE_OPT_IN | CONFIRMED_OPT_IN | UNKNOWN
    email_consent_at TEXT,
    sms_state TEXT NOT NULL,                -- as above, without INVALID
    sms_opt_in_level TEXT,
    sms_consent_at TEXT,
    number_of_orders INTEGER NOT NULL DEFAULT 0,
    amount_spent INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX customer_email ON customer(email);

-- "order" is a reserved word, hence the plural.
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,              -- #1001
    number INTEGER NOT NULL,
    confirmation_number TEXT NOT NULL,
    checkout_token TEXT NOT NULL UNIQUE,    -- 32 hex; equals the post-purchase referenceId
    cart_token TEXT,
    customer_id INTEGER REFERENCES customer(id),  -- NULL: guest
    email TEXT, phone TEXT,                 -- as given at checkout
    created_at TEXT NOT NULL,
    processed_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    cancelled_at TEXT,
    cancel_reason TEXT,
    currency TEXT NOT NULL,
    presentment_currency TEXT NOT NULL,
    presentment_rate REAL NOT NULL DEFAULT 1.0, -- presentment = shop money * rate
    subtotal INTEGER NOT NULL,              -- goods after discounts, with edits, before refunds
    discounts INTEGER NOT NULL DEFAULT 0,
    shipping INTEGER NOT NULL DEFAULT 0,
    tax INTEGER NOT NULL DEFAULT 0,         -- included in prices (UK)
    total INTEGER NOT NULL,                 -- with edits, before refunds (totalPriceSet)
    original_total INTEGER,                 -- at creation; NULL: never edited, so equal to total
    current_total INTEGER NOT NULL,         -- after edits and refunds
    outstanding INTEGER NOT NULL DEFAULT 0,
    refunded INTEGER NOT NULL DEFAULT 0,
    financial_status TEXT NOT NULL,         -- PENDING | PAID | PARTIALLY_PAID | PARTIALLY_REFUNDED | REFUNDED | VOIDED
    fulfillment_status TEXT NOT NULL DEFAULT 'UNFULFILLED',
    payment_gateway TEXT NOT NULL,          -- bogus, shopify_payments, paypal, apple_pay, google_pay, klarna, gift_card, manual
    source_name TEXT NOT NULL DEFAULT 'web',
    tags TEXT NOT NULL DEFAULT '[]',
    discount_codes TEXT NOT NULL DEFAULT '[]', -- JSON [{code, amount, type}]
    note_attributes TEXT NOT NULL DEFAULT '[]', -- JSON [{name, value}]
    shipping_address TEXT,                  -- JSON, NULL: digital or pickup
    landing_site TEXT,
    customer_locale TEXT NOT NULL DEFAULT 'en-GB',
    buyer_accepts_marketing INTEGER NOT NULL DEFAULT 0,
    test INTEGER NOT NULL DEFAULT 0,
    edited INTEGER NOT NULL DEFAULT 0,
    held_until TEXT                         -- post-purchase fulfilment hold, NULL once released
);
CREATE INDEX orders_created ON orders(created_at);
CREATE INDEX orders_updated ON orders(updated_at);
CREATE INDEX orders_customer ON orders(customer_id);

CREATE TABLE order_line (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
    variant_id INTEGER,                     -- no foreign key: a product may be deleted later
    product_id INTEGER,
    sku TEXT NOT NULL,
    title TEXT NOT NULL,                    -- the product's, when it was bought
    variant_title TEXT,                     -- NULL for a product with one variant
    quantity INTEGER NOT NULL,              -- as ordered
    current_quantity INTEGER NOT NULL,      -- after edits and refunds
    price INTEGER NOT NULL,                 -- one unit, before discounts
    discount INTEGER NOT NULL DEFAULT 0,    -- whole line
    discount_title TEXT,
    requires_shipping INTEGER NOT NULL DEFAULT 1,
    added_by_edit INTEGER                   -- order_edit.id when it came later
);
CREATE INDEX order_line_order ON order_line(order_id);

CREATE TABLE order_edit (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
    app_client_id TEXT,
    created_at TEXT NOT NULL,
    committed_at TEXT NOT NULL,
    additions TEXT NOT NULL DEFAULT '[]',   -- JSON [{id, delta}]
    removals TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE payment (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                     -- sale | refund
    status TEXT NOT NULL,                   -- success | failure | pending
    gateway TEXT NOT NULL,
    amount INTEGER NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX payment_order ON payment(order_id);

CREATE TABLE refund (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    note TEXT,
    amount INTEGER NOT NULL,                -- paid back
    lines TEXT NOT NULL,                    -- JSON [{id, line_item_id, quantity, restock_type, subtotal}]
    shipping INTEGER NOT NULL DEFAULT 0     -- of the amount and of what was taken off unpaid
);
CREATE INDEX refund_order ON refund(order_id);

CREATE TABLE checkout (
    token TEXT PRIMARY KEY,                 -- 32 hex; becomes orders.checkout_token and the referenceId
    state TEXT NOT NULL,                    -- JSON: cart lines, buyer fields, consent boxes, payment method, address
    order_id INTEGER REFERENCES orders(id),
    stage TEXT NOT NULL,                    -- open | post_purchase | done
    created_at TEXT NOT NULL
);

CREATE TABLE discount (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE COLLATE NOCASE,
    title TEXT NOT NULL,
    type TEXT NOT NULL,                     -- percentage | fixed_amount
    value TEXT NOT NULL,                    -- percent points, or pence
    is_each INTEGER NOT NULL,               -- the amount is off each item, not off all together
    variant_ids TEXT NOT NULL,              -- JSON; empty: everything in the cart
    customer_ids TEXT NOT NULL,             -- JSON; empty: everybody
    is_once INTEGER NOT NULL,               -- per customer
    usage_limit INTEGER,
    starts_at TEXT NOT NULL,
    ends_at TEXT,
    created_at TEXT NOT NULL
);

CREATE TABLE changeset (
    jti TEXT PRIMARY KEY,                   -- each signed changeset applies once
    reference_id TEXT NOT NULL,
    status TEXT NOT NULL,                   -- processed | partially_processed | unprocessed
    changes TEXT NOT NULL,
    applied_at TEXT NOT NULL
);

CREATE TABLE access_token (
    token TEXT PRIMARY KEY,
    kind TEXT NOT NULL,                     -- offline | online
    client_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at TEXT,                        -- NULL: a non-expiring token, which new public apps may not use
    revoked_at TEXT
);

CREATE TABLE refresh_token (
    token TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    replaced_by TEXT,                       -- set when used; works on until the replacement is used
    revoked_at TEXT
);

CREATE TABLE installation (
    client_id TEXT PRIMARY KEY,
    application_url TEXT NOT NULL,
    scopes TEXT NOT NULL,
    installed_at TEXT NOT NULL,
    uninstalled_at TEXT
);

CREATE TABLE webhook_delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id TEXT NOT NULL,               -- X-Shopify-Webhook-Id, same for every retry of a delivery
    event_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    subscription_name TEXT,                 -- X-Shopify-Name; NULL when the subscription has none
    uri TEXT NOT NULL,
    body BLOB NOT NULL,
    triggered_at TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'genuine',   -- genuine | duplicate | forged
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT,                   -- NULL: delivered or given up
    last_status INTEGER,                    -- NULL: no answer
    last_error TEXT,
    delivered_at TEXT,
    given_up_at TEXT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery(next_attempt_at);

CREATE TABLE selling_plan_group (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE selling_plan (
    id INTEGER PRIMARY KEY,
    group_id INTEGER NOT NULL REFERENCES selling_plan_group(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'SUBSCRIPTION', -- SUBSCRIPTION | PRE_ORDER | TRY_BEFORE_YOU_BUY | OTHER
    billing_interval TEXT,                  -- DAY | WEEK | MONTH | YEAR; NULL: paid once
    billing_count INTEGER,
    delivery_interval TEXT,
    delivery_count INTEGER,
    pricing TEXT NOT NULL DEFAULT '[]',     -- JSON [{type: PERCENTAGE | FIXED_AMOUNT | PRICE, value, after}]; value in percent or pence
    created_at TEXT NOT NULL
);

CREATE TABLE selling_plan_goods (
    group_id INTEGER NOT NULL REFERENCES selling_plan_group(id) ON DELETE CASCADE,
    product_id INTEGER REFERENCES product(id) ON DELETE CASCADE,   -- one of the two
    variant_id INTEGER REFERENCES variant(id) ON DELETE CASCADE
);

CREATE TABLE order_line_plan (
    line_id INTEGER PRIMARY KEY REFERENCES order_line(id) ON DELETE CASCADE,
    selling_plan_id INTEGER NOT NULL,
    name TEXT NOT NULL                      -- as it was called then
);
