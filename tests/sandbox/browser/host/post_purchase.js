// The one-click page: runs Render in a fresh worker and carries its calls to the shop.
import {startControls} from './controls.js';
import {reportFault} from './errors.js';
import {startExtension} from './extension.js';
import {reloadWhenRevived} from './going_back.js';
import {storageFor} from './storage.js';

const stage = document.querySelector('[data-stage]');
const {token, workerUrl, bundleUrl, calculateUrl, applyUrl, doneUrl, storageForgotten} = stage.dataset;
const network = JSON.parse(stage.dataset.network);
const inputData = JSON.parse(document.querySelector('[data-input-data]').textContent);

async function ask(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`the platform answered ${response.status}`);
  return response.json();
}

const api = {
  storage: storageFor(token, {forgetful: storageForgotten === 'true'}),
  calculateChangeset: (changeset) =>
    ask(calculateUrl, typeof changeset === 'string' ? {token: changeset} : {changes: changeset.changes}),
  applyChangeset: (changeset, options) =>
    ask(applyUrl, {token: changeset, buyer_consent: options?.buyerConsentToSubscriptions === true}),
  async done() {
    location.assign(doneUrl);
  },
};

async function run() {
  const extension = await startExtension({workerUrl, bundleUrl, network});
  await extension.render(stage, inputData, api);
  document.documentElement.dataset.rendered = 'true';
}

startControls({checkoutToken: token});
reloadWhenRevived();
run().catch((error) => {
  // A bundle that cannot render must not hold the buyer: the link to the confirmation stays where it is.
  reportFault(`Render failed: ${error.message}`);
  document.documentElement.dataset.rendered = 'failed';
});
