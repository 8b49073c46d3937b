import {createRemoteReceiver} from '@remote-ui/core';
import {createEndpoint} from '@remote-ui/rpc';

import {createCheckout} from './checkout.js';
import {drawings} from './drawings/index.js';
import {drawRoot} from './tree.js';

/** @import {Moment, Show} from './checkout.js' */

/** @typedef {Moment | {kind: 'shown'} | {kind: 'fault', message: string}} Told */

/**
 * Runs the page once, from its first paint until the shopper would go on.
 *
 * @param {Show} show
 * @param {object} stage
 * @param {HTMLElement} stage.place where it is drawn
 * @param {() => Worker} stage.startWorker a fresh worker with the bundle in it
 * @param {(told: Told) => void} stage.tell
 * @returns {() => void} ends it
 */
export function play(show, {place, startWorker, tell}) {
  let isOver = false;
  const report = (/** @type {Told} */ told) => {
    if (isOver) return;
    // What follows a fault follows from it.
    isOver = told.kind === 'fault';
    tell(told);
  };
  const fail = (/** @type {unknown} */ error) => report({kind: 'fault', message: wordsOf(error)});
  const {api, ask} = createCheckout(show, report);
  place.replaceChildren();

  /** @type {Worker | undefined} */
  let worker;
  try {
    worker = startWorker();
  } catch (error) {
    fail(error);
    return () => {};
  }
  worker.addEventListener('error', fail);
  const endpoint = /** @type {any} */ (createEndpoint(worker));
  endpoint.expose({ask});
  const receiver = createRemoteReceiver();
  drawRoot(/** @type {any} */ (receiver), place, fail);
  endpoint.call
    .render(receiver.receive, Object.keys(drawings), api)
    .then((/** @type {string | null} */ fault) => report(fault === null ? {kind: 'shown'} : {kind: 'fault', message: fault}))
    .catch(fail);

  return () => {
    isOver = true;
    endpoint.terminate();
    worker.terminate();
  };
}

/** @param {any} error an Error, or a worker's ErrorEvent, which may come without words */
function wordsOf(error) {
  return String((error && error.message) || 'the page’s script could not be loaded');
}
