// Answers questions about Shopify's signatures with Shopify's own library: one JSON object a line in, one out.
//
//   {"ask": "<name below>", "secret": "...", "client_id": "...", ...}  ->  {"answer": ...} or {"refused": "<why>"}

import {createInterface} from 'node:readline';

import '@shopify/shopify-api/adapters/node';
import {ApiVersion, LogSeverity, shopifyApi} from '@shopify/shopify-api';
import {HashFormat, createSHA256HMAC} from '@shopify/shopify-api/runtime';
import {getJwt} from '@shopify/shopify-api/test-helpers';
import {SignJWT, generateKeyPair, jwtVerify} from 'jose';

const NEWEST = Object.values(ApiVersion).sort().at(-1);

function library({client_id, secret}) {
  return shopifyApi({
    apiKey: client_id,
    apiSecretKey: secret,
    apiVersion: NEWEST,
    hostName: 'app.example',
    isEmbeddedApp: true,
    logger: {level: LogSeverity.Error, log: (_severity, message) => process.stderr.write(`${message}\n`)},
  });
}

const key = (secret) => new TextEncoder().encode(secret);
const bytes = (base64) => Buffer.from(base64, 'base64');

const questions = {
  // What the library makes of a token that App Bridge would send; without audience: as it checks extension tokens.
  session_token: ({token, check_audience: checkAudience, ...given}) =>
    library(given).session.decodeSessionToken(token, {checkAudience}),

  webhook: async ({body, headers, ...given}) =>
    library(given).webhooks.validate({
      rawBody: bytes(body).toString('utf8'),
      rawRequest: {method: 'POST', url: '/webhooks/shopify', headers},
      rawResponse: {},
    }),

  launch_query: ({query, ...given}) => library(given).utils.validateHmac(query),

  shop: ({name, ...given}) => library(given).utils.sanitizeShop(name),

  embedded_url: ({host, ...given}) => library(given).auth.buildEmbeddedAppUrl(host),

  sign_body: ({body, secret}) => createSHA256HMAC(secret, bytes(body).toString('utf8'), HashFormat.Base64),

  // A session token as the library makes it for the tests of apps; `claims` replace its own.
  sign_session: async ({shop, client_id: clientId, secret, claims}) =>
    (await getJwt(shop.replace('.myshopify.com', ''), clientId, secret, claims)).token,

  // `jose` is what the library verifies tokens with.
  sign_claims: async ({claims, alg, secret}) => {
    const signer = alg.startsWith('HS') ? key(secret) : (await generateKeyPair(alg)).privateKey;
    return new SignJWT(claims).setProtectedHeader({alg, typ: 'JWT'}).sign(signer);
  },

  verify_claims: async ({token, secret}) => {
    const {payload, protectedHeader} = await jwtVerify(token, key(secret), {algorithms: ['HS256']});
    return {payload, header: protectedHeader};
  },
};

for await (const line of createInterface({input: process.stdin})) {
  const {ask, ...given} = JSON.parse(line);
  let reply;
  try {
    reply = {answer: await questions[ask](given)};
  } catch (error) {
    reply = {refused: `${error.name}: ${error.message}`};
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
