// A webhook endpoint made of Shopify's own packages as their documentation has it, that stores each delivery under a
// unique key before it is acknowledged: in SQLite with synchronous=FULL, or in PostgreSQL over a pool.
import '@shopify/shopify-api/adapters/node';
import cluster from 'node:cluster';
import {ApiVersion, DeliveryMethod, LogSeverity} from '@shopify/shopify-api';
import {shopifyApp} from '@shopify/shopify-app-express';
import {MemorySessionStorage} from '@shopify/shopify-app-session-storage-memory';
import express from 'express';

const {PORT, STORE, SHOPIFY_API_KEY, SHOPIFY_API_SECRET, PROCESSES = '1'} = process.env;
const TABLE = `CREATE TABLE IF NOT EXISTS deliveries (
  id ${STORE.startsWith('postgres') ? 'SERIAL' : 'INTEGER'} PRIMARY KEY, shop TEXT NOT NULL, topic TEXT NOT NULL,
  webhook_id TEXT NOT NULL, body TEXT NOT NULL, received_at TEXT NOT NULL, UNIQUE (shop, topic, webhook_id))`;
const COLUMNS = 'INSERT INTO deliveries (shop, topic, webhook_id, body, received_at)';

async function openStore() {
  if (STORE.startsWith('postgres')) {
    const {default: pg} = await import('pg');
    const pool = new pg.Pool({connectionString: STORE, max: 16});
    const query = {name: 'store', text: `${COLUMNS} VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`};
    return {create: () => pool.query(TABLE), store: (...values) => pool.query({...query, values})};
  }
  const {default: Database} = await import('better-sqlite3');
  const database = new Database(STORE, {timeout: 10_000});
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(TABLE);
  const insert = database.prepare(`${COLUMNS} VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  return {create: async () => {}, store: async (...values) => insert.run(...values)};
}

async function serve() {
  const inbox = await openStore();
  const shopify = shopifyApp({
    api: {
      apiKey: SHOPIFY_API_KEY,
      apiSecretKey: SHOPIFY_API_SECRET,
      apiVersion: ApiVersion.July26 ?? Object.values(ApiVersion).at(-2),
      scopes: ['read_orders'],
      hostName: '127.0.0.1',
      logger: {level: LogSeverity.Error},
    },
    auth: {path: '/auth', callbackPath: '/auth/callback'},
    webhooks: {path: '/webhooks/shopify'},
    sessionStorage: new MemorySessionStorage(),
  });
  const store = async (topic, shop, body, webhookId) => {
    await inbox.store(shop, topic, webhookId, body, new Date().toISOString());
  };
  const webhookHandlers = {
    ORDERS_CREATE: {deliveryMethod: DeliveryMethod.Http, callbackUrl: '/webhooks/shopify', callback: store},
  };
  const app = express();
  app.post(shopify.config.webhooks.path, shopify.processWebhooks({webhookHandlers}));
  app.get('/health', (_request, response) => response.send('ok'));
  app.listen(Number(PORT), '127.0.0.1');
}

if (cluster.isPrimary && Number(PROCESSES) > 1) {
  await (await openStore()).create();
  for (let number = 0; number < Number(PROCESSES); number += 1) cluster.fork();
} else {
  if (cluster.isPrimary) await (await openStore()).create();
  await serve();
}
