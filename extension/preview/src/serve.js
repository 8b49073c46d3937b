import {createRemoteRoot} from '@remote-ui/core';
import {createEndpoint, retain} from '@remote-ui/rpc';

const RENDER = 'Checkout::PostPurchase::Render';

/**
 * Makes of a worker what the checkout's is to a bundle: `shopify.extend`, a root to draw into, and a `fetch` that
 * reaches the stage and nothing beyond it.
 *
 * @param {any} scope the worker's globals
 * @param {import('@remote-ui/rpc').MessageEndpoint} messenger the way to the stage
 */
export function serve(scope, messenger) {
  /** @type {Record<string, (root: any, api: any) => unknown>} */
  const targets = {};
  const endpoint = /** @type {any} */ (createEndpoint(messenger));

  scope.shopify = {
    extend(/** @type {string} */ target, /** @type {(root: any, api: any) => unknown} */ run) {
      targets[target] = run;
    },
    reload() {},
  };

  scope.fetch = async (/** @type {string} */ url, /** @type {{body?: string} | undefined} */ init) => {
    const {pathname} = new URL(url);
    const {status, body} = await endpoint.call.ask(pathname, init && init.body ? JSON.parse(init.body) : null);
    return new Response(body === null ? null : JSON.stringify(body), {status});
  };

  endpoint.expose({
    // A failure is an answer: what is thrown here would be reported by the library and by the browser as well.
    async render(/** @type {any} */ channel, /** @type {string[]} */ components, /** @type {any} */ api) {
      retain(channel);
      retain(api);
      const run = targets[RENDER];
      if (!run) return `the bundle registered nothing for ${RENDER}`;
      try {
        const root = createRemoteRoot(channel, {components: /** @type {any} */ (components)});
        run(root, api);
        await root.mount();
        return null;
      } catch (error) {
        return String(error);
      }
    },
  });
}
