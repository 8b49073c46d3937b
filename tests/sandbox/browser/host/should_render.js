// Asks the extension whether it wants its page, again and again while the checkout changes. Only the last answer counts.
import {reportFault} from './errors.js';
import {startExtension} from './extension.js';
import {storageFor} from './storage.js';

const LIMIT_MILLISECONDS = 2000; // Shopify gives the whole answer about two seconds

/** One checkout's questions; `latest()` is the report that Pay sends along. */
export class Questions {
  constructor({checkoutToken, workerUrl, bundleUrl, network}) {
    this.checkoutToken = checkoutToken;
    this.urls = {workerUrl, bundleUrl, network};
    this.asked = null;
    this.starting = null;
  }

  /** Starts a run for this inputData; an earlier run no longer counts, whatever it answers. */
  ask(inputData) {
    const run = {report: null};
    const started = performance.now();
    const limit = new Promise((resolve) => {
      setTimeout(() => resolve({outcome: 'late'}), LIMIT_MILLISECONDS);
    });
    run.settled = Promise.race([this.#answer(inputData), limit]).then((report) => {
      run.report = {...report, milliseconds: Math.round(performance.now() - started)};
      this.#show(run);
      return run.report;
    });
    this.asked = run;
    return run.settled;
  }

  /** The checkout changed to something the page is never offered for: nothing is loaded and nothing asked. */
  withdraw() {
    this.asked = null;
  }

  async latest() {
    return this.asked ? this.asked.settled : {outcome: 'not_asked'};
  }

  async #answer(inputData) {
    let extension;
    try {
      this.starting ??= startExtension(this.urls);
      extension = await this.starting;
    } catch (error) {
      this.starting = null;
      reportFault(`the extension could not be loaded: ${error.message}`);
      return {outcome: 'not_loaded'};
    }
    try {
      const storage = storageFor(this.checkoutToken, {forgetful: true});
      const answer = await extension.shouldRender(inputData, storage);
      return {outcome: answer?.render === true ? 'yes' : 'no'};
    } catch (error) {
      reportFault(`ShouldRender failed: ${error.message}`);
      return {outcome: 'threw'};
    }
  }

  #show(run) {
    if (run !== this.asked) return;
    document.documentElement.dataset.shouldRender = run.report.outcome;
    document.documentElement.dataset.shouldRenderMs = run.report.milliseconds;
  }
}
