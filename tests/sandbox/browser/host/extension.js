// Page side of one worker: start it, ask ShouldRender, hand it a root to render into.
import {createRemoteReceiver} from '@remote-ui/core';
import {createEndpoint} from '@remote-ui/rpc';

import {COMPONENTS} from './components.js';
import {reportFault} from './errors.js';
import {drawRoot} from './tree.js';

/** Starts a worker with the bundle at `bundleUrl`; rejects when the bundle cannot be loaded. */
export async function startExtension({workerUrl, bundleUrl, network}) {
  const worker = new Worker(workerUrl, {name: 'post-purchase extension'});
  worker.addEventListener('error', (event) => reportFault(`worker: ${event.message ?? 'could not start'}`));
  const endpoint = createEndpoint(worker);
  endpoint.expose({report: reportFault});
  await endpoint.call.setWeather(network.weather);
  document.addEventListener('sandbox:weather', (event) => endpoint.call.setWeather(event.detail));
  await endpoint.call.load(bundleUrl);

  return {
    shouldRender(inputData, storage) {
      return endpoint.call.shouldRender(withStandard('Checkout::PostPurchase::ShouldRender', {inputData, storage}));
    },

    async render(container, inputData, api) {
      const receiver = createRemoteReceiver();
      drawRoot(receiver, container);
      await endpoint.call.render(
        receiver.receive,
        Object.keys(COMPONENTS),
        withStandard('Checkout::PostPurchase::Render', {inputData, ...api}),
      );
    },

    stop() {
      endpoint.terminate();
      worker.terminate();
    },
  };
}

function withStandard(extensionPoint, api) {
  return {extensionPoint, version: 'unstable', locale: api.inputData.locale, ...api};
}
