// Runs inside the Web Worker: loads one extension bundle and answers the page's two questions.
import {createRemoteRoot} from '@remote-ui/core';
import {createEndpoint, retain} from '@remote-ui/rpc';

import SHAPES from 'post-purchase-shapes';

import {narrow} from './globals.js';
import {guard} from './guard.js';
import {makeFetch} from './network.js';

// Taken before `narrow`, which removes them from the extension's reach.
const importBundle = self.importScripts.bind(self);
const listen = self.addEventListener.bind(self);
const messenger = {
  postMessage: self.postMessage.bind(self),
  addEventListener: listen,
  removeEventListener: self.removeEventListener.bind(self),
};

const line = {isGranted: true, weather: null}; // this kind of extension needs no grant
const nativeFetch = self.fetch.bind(self);
const SHOULD_RENDER = 'Checkout::PostPurchase::ShouldRender';
const RENDER = 'Checkout::PostPurchase::Render';
const targets = new Map();
const endpoint = createEndpoint(messenger);

narrow(self);
self.fetch = makeFetch(nativeFetch, line);

self.shopify = {
  extend(target, run) {
    targets.set(target, run);
  },
  reload() {},
};

listen('error', (event) => endpoint.call.report(`uncaught in the worker: ${event.message}`));
listen('unhandledrejection', (event) => endpoint.call.report(`unhandled rejection in the worker: ${event.reason}`));

endpoint.expose({
  setWeather(weather) {
    line.weather = weather;
  },

  load(url) {
    importBundle(url);
    return [...targets.keys()];
  },

  shouldRender(api) {
    retain(api);
    return registered(SHOULD_RENDER)(guarded(SHOULD_RENDER, api));
  },

  async render(channel, components, api) {
    retain(channel);
    retain(api);
    const root = createRemoteRoot(channel, {components});
    registered(RENDER)(root, guarded(RENDER, api));
    await root.mount();
  },
});

function guarded(target, api) {
  return guard(api, SHAPES[target], (message) => endpoint.call.report(message));
}

function registered(target) {
  const run = targets.get(target);
  if (!run) throw new Error(`the bundle registered nothing for ${target}`);
  return run;
}
