import {answer} from './answers.js';

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
export function html(status = 200) {
  return new Response('<html><h1>Bad gateway</h1></html>', {status, headers: {'Content-Type': 'text/html'}});
}

/**
 * @param {string} code
 * @param {number} [status]
 */
export function refusal(code, status = 409) {
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
    asked.init.signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
}

/** @returns {never} */
export function unreachable() {
  throw new TypeError('Failed to fetch');
}

/** @typedef {(asked: Asked) => Response | Promise<Response>} Route */

/**
 * @param {Record<string, Route>} [routes] by the last part of the path
 */
export function startServer(routes = {}) {
  /** @type {Asked[]} */
  const asked = [];
  /** @type {Record<string, Route>} */
  const all = {
    offers: () => json(answer()),
    additions: () => json({status: 'added', total: {amount: '16.00', currency: 'GBP'}}),
    events: () => new Response(null, {status: 204}),
    ...routes,
  };
  return {
    asked,
    routes: all,
    fetch: async (/** @type {any} */ url, /** @type {any} */ init) => {
      const path = new URL(url).pathname;
      const one = {path, url, headers: init.headers, body: JSON.parse(init.body), init};
      asked.push(one);
      const route = all[path.split('/').pop() ?? ''];
      if (!route) throw new Error(`no route ${path}`);
      return route(one);
    },
    /** @param {string} route */
    of: (route) => asked.filter(({path}) => path === `/blocks/${route}`),
    /** What was reported, without the times. */
    get events() {
      return this.of('events').map(({body: {step, kind, option_id: optionId}}) => [step, kind, ...(optionId ? [optionId] : [])].join(' '));
    },
  };
}

/** @typedef {ReturnType<typeof startServer>} Server */
