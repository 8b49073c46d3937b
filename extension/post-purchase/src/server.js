import {LATE, within} from './deadline.js';

/**
 * @typedef {object} Reply
 * @property {number} status HTTP status; 0 when none arrived
 * @property {any} body parsed JSON; null when there was none or it could not be read
 * @property {boolean} late the time was up
 */

/**
 * Posts JSON to the Afters server; never rejects.
 *
 * @param {string} path
 * @param {string} token the purchase's token from `inputData`
 * @param {object} body
 * @param {number} ms time for the whole exchange, body included
 * @param {boolean} [keepalive] let the request outlive the page where the browser can
 * @returns {Promise<Reply>}
 */
export async function post(path, token, body, ms, keepalive) {
  // Of the network globals the checkout worker promises only fetch, Headers, Request and Response.
  const abort = typeof AbortController === 'function' ? new AbortController() : null;
  try {
    return await within(ms, async () => {
      const response = await fetch(process.env.APP_URL.replace(/\/+$/, '') + path, {
        method: 'POST',
        headers: {Authorization: `Bearer ${token}`, 'Content-Type': 'application/json'},
        body: JSON.stringify(body),
        keepalive,
        signal: abort ? abort.signal : undefined,
      });
      // A proxy's HTML page is an answer without content, not a crash.
      const parsed = await response.json().catch(() => null);
      return {status: response.status, body: parsed, late: false};
    });
  } catch (error) {
    if (abort) abort.abort();
    return {status: 0, body: null, late: error === LATE};
  }
}
