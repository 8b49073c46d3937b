import {vi} from 'vitest';
import {answer} from './purchase.js';

/**
 * Stands in for the Afters server at the network's edge and keeps what it was asked.
 *
 * @typedef {{path: string, url: string, headers: Record<string, string>, body: any, init: any}} Asked
 */

/**
 * @param {unknown} body
 * @param {number} [status]
 */
export function json(body, status = 200) {
  return new Response(JSON.stringify(body), {status, headers: {'Content-Type': 'application/json'}});
}

/** A proxy's error page. */
export function html(status = 502) {
  return new Response('<html><h1>Bad gateway</h1></html>', {status, headers: {'Content-Type': 'text/html'}});
}

/**
 * @param {string} code
 * @param {number} status
 */
export function refusal(code, status) {
  return json({error: {code, message: 'said by the server'}}, status);
}

/**
 * Never answers; ends only when the request is aborted, as fetch does.
 *
 * @param {Asked} asked
 * @returns {Promise<Response>}
 */
export function silence(asked) {
  return new Promise((_resolve, reject) => {
    asked.init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
  });
}

/** The headers come, the body never ends. */
export function endless() {
  return new Response(new ReadableStream({}), {status: 200});
}

/** @returns {never} */
export function unreachable() {
  throw new TypeError('Failed to fetch');
}

/**
 * @param {Record<string, (asked: Asked) => Response | Promise<Response>>} [routes] by the last part of the path
 */
export function startServer(routes = {}) {
  /** @type {Asked[]} */
  const asked = [];
  /** @type {Record<string, (asked: Asked) => Response | Promise<Response>>} */
  const all = {
    offers: () => json(answer()),
    changesets: () => json({token: 'signed.changeset.jwt'}),
    events: () => new Response(null, {status: 204}),
    ...routes,
  };
  const fetchStub = vi.fn(async (/** @type {string} */ url, /** @type {any} */ init) => {
    const path = new URL(url).pathname;
    const one = {path, url, headers: init.headers, body: JSON.parse(init.body), init};
    asked.push(one);
    const route = all[path.split('/').pop() ?? ''];
    if (!route) throw new Error(`no route ${path}`);
    return route(one);
  });
  vi.stubGlobal('fetch', fetchStub);

  return {
    asked,
    routes: all,
    fetch: fetchStub,
    /** @param {string} route */
    of: (route) => asked.filter(({path}) => path === `/post-purchase/${route}`),
    /** What was reported, without the times. */
    get events() {
      return this.of('events').map(({body: {kind, status, error_codes}}) => ({
        kind,
        ...(status && {status}),
        ...(error_codes && {error_codes}),
      }));
    },
    get kinds() {
      return this.events.map(({kind}) => kind);
    },
  };
}
