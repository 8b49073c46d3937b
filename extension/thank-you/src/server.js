/** @import {Api} from './contract' */

/**
 * @typedef {object} Reply
 * @property {number} status HTTP status; 0 when none arrived in time
 * @property {any} body parsed JSON; null when there was none or it could not be read
 */

/**
 * Posts JSON to the Afters server; never rejects.
 *
 * @param {Api} api
 * @param {string} path
 * @param {object} body
 * @param {number} ms time for the whole exchange, the session token and the answer's body included
 * @param {boolean} [keepalive] let the request outlive the page
 * @returns {Promise<Reply>}
 */
export function post(api, path, body, ms, keepalive) {
  const abort = new AbortController();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({status: 0, body: null});
      abort.abort();
    }, ms);
    exchange(api, path, body, keepalive, abort.signal)
      .catch(() => ({status: 0, body: null}))
      .then((reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
  });
}

/**
 * @param {Api} api
 * @param {string} path
 * @param {object} body
 * @param {boolean | undefined} keepalive
 * @param {AbortSignal} signal
 * @returns {Promise<Reply>} rejected when no answer arrives
 */
async function exchange(api, path, body, keepalive, signal) {
  // A token lives five minutes, so each request asks for one; the platform keeps it while it is good.
  const token = await api.sessionToken?.get();
  const response = await fetch(process.env.APP_URL.replace(/\/+$/, '') + path, {
    method: 'POST',
    headers: {Authorization: `Bearer ${token}`, 'Content-Type': 'application/json'},
    body: JSON.stringify(body),
    keepalive,
    signal,
  });
  // A proxy's HTML page is an answer without content, not a crash.
  return {status: response.status, body: await response.json().catch(() => null)};
}
