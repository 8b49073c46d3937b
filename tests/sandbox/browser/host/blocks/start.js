// Starts the block of a page that has a place for one: a worker for the bundle, the platform's calls, and the stage it draws on.
import {ThreadWebWorker} from '@quilted/threads';
import {RemoteReceiver} from '@remote-dom/core/receivers';
import {release, retain} from '@quilted/threads';
import TYPINGS from 'shopify-typings';

import {startControls} from '../controls.js';
import {reportFault} from '../errors.js';
import {rulesOf} from './rules.js';
import {drawRoot} from './stage.js';
import {platformCalls} from './platform.js';

const place = document.querySelector('[data-block]');

async function run() {
  const told = JSON.parse(document.querySelector('[data-block-told]').textContent);
  const {target, workerUrl, bundleUrl, urls, storageKey} = told;
  const worker = new Worker(workerUrl, {name: `block ${target}`});
  worker.addEventListener('error', (event) => reportFault(`worker: ${event.message ?? 'could not start'}`));
  const thread = new ThreadWebWorker(worker, {exports: {report: reportFault}});
  await thread.imports.load(bundleUrl);
  const receiver = new RemoteReceiver({retain, release});
  drawRoot(receiver, place, rulesOf(TYPINGS[target].tags));
  const calls = platformCalls({target, urls, storageKey, setValue: thread.imports.setValue});
  await thread.imports.render(target, receiver.connection, told, calls);
  document.addEventListener('sandbox:weather', (event) => thread.imports.setWeather(event.detail));
}

startControls({checkoutToken: document.querySelector('[data-order-token]')?.dataset.orderToken});
if (place) {
  run().then(
    () => {
      document.documentElement.dataset.blockState = 'rendered';
    },
    (error) => {
      reportFault(`the block failed: ${error.message}`);
      document.documentElement.dataset.blockState = 'failed';
    },
  );
}
