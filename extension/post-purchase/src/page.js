import {apply, calculate, sign} from './changesets.js';
import {ASK_ON_PAGE_MS, askForOffer, storedOffer} from './decide.js';
import {afterPaying, notAdded} from './endings.js';
import {createReporter} from './events.js';
import {showEnding, showLoading, showOffer} from './layout.js';
import {formatMoney} from './money.js';
import {textsFor} from './texts.js';

/** @import {Cost, Offer, RenderApi, Root} from './contract' */
/** @import {Ending} from './endings' */
/** @import {Reporter} from './events' */

/**
 * Runs the one-click page from its first paint until the shopper is sent on. Whatever happens in between, `done` is
 * called: this function's `finally` is the only place that calls it.
 *
 * @param {Root} root
 * @param {RenderApi} api
 * @returns {Promise<void>} resolved once the shopper is on the way; never rejects
 */
export async function showPage(root, api) {
  /** @type {Reporter | undefined} */
  let reporter;
  const startedAt = Date.now();
  try {
    let answer = storedOffer(api);
    if (!answer) {
      showLoading(root, textsFor(api.inputData.locale));
      answer = await askForOffer(api, ASK_ON_PAGE_MS);
    }
    if (answer) {
      reporter = createReporter(api.inputData.token, answer.decision_id, startedAt);
      /** @type {Offer | undefined} */
      let offer = answer.offer;
      while (offer) {
        reporter.goOn(offer.option_id);
        const way = await presentOffer(root, api, answer.decision_id, offer, reporter);
        offer = way && (answer.steps || {})[offer.option_id + way];
      }
    }
  } catch {
    if (reporter) reporter.report('left', {error_codes: ['page_error']});
  } finally {
    if (reporter) await reporter.settle();
    await leave(root, api);
  }
}

/**
 * @param {Root} root
 * @param {RenderApi} api
 */
async function leave(root, api) {
  try {
    await api.done();
  } catch {
    // Nothing is left to do but to let the shopper try: a page without a way on would hold them for good.
    const texts = textsFor(api.inputData.locale);
    const goOn = () => void leave(root, api);
    try {
      showEnding(root, texts, {status: 'info', title: '', text: ''}, goOn);
    } catch {
      return;
    }
  }
}

/**
 * Shows one offer until it is settled.
 *
 * @param {Root} root
 * @param {RenderApi} api
 * @param {string} decisionId
 * @param {Offer} offer
 * @param {Reporter} reporter
 * @returns {Promise<'a' | 'd' | undefined>} resolved when the shopper may go on: accepted, declined, or undefined when
 *   nothing should come after; rejected when the page broke
 */
function presentOffer(root, api, decisionId, offer, reporter) {
  const {locale, token} = api.inputData;
  const texts = textsFor(locale, offer.texts);
  /** @type {Cost | null} */
  let cost = null;
  /** @type {string[] | null} why there is no price to accept */
  let unpriced = null;
  /** @type {string[] | null} why the last try to pay failed, while another is possible */
  let unsigned = null;
  let isAgreed = !offer.subscription;
  let isBusy = false;
  let isPricing = false;
  let isShown = false;

  return new Promise((settle, fail) => {
    /**
     * A press must neither throw into the host nor be lost: what goes wrong ends the page.
     *
     * @param {() => unknown} work
     */
    const guarded = (work) => () => void Promise.resolve().then(work).catch(fail);

    /** A press proves the paint, should the host never confirm it. */
    function reportShown() {
      if (!isShown) reporter.report('shown');
      isShown = true;
    }

    /** @param {Ending} ending */
    function end(ending) {
      showEnding(root, texts, ending, guarded(() => settle(undefined)));
    }

    async function price() {
      if (isBusy || isPricing) return;
      isPricing = true;
      unpriced = null;
      view.pricing();
      const result = await calculate(api, offer);
      isPricing = false;
      if (isBusy) return;
      if ('cost' in result) {
        cost = result.cost;
        view.priced(cost);
      } else if (result.retry) {
        unpriced = result.codes;
        view.unpriced();
      } else {
        isBusy = true;
        reportShown();
        reporter.report('left', {error_codes: result.codes});
        end(notAdded(texts, result.codes, 'gone'));
      }
    }

    async function accept() {
      if (isBusy || !cost) return;
      if (!isAgreed) {
        view.mustAgree();
        return;
      }
      isBusy = true;
      reportShown();
      reporter.report('accepted');
      view.paying();
      const signed = await sign(token, decisionId, offer);
      if ('codes' in signed) {
        if (signed.retry) {
          unsigned = signed.codes;
          isBusy = false;
          view.payAgain();
        } else {
          reporter.report('outcome', {status: 'unprocessed', error_codes: signed.codes});
          end(notAdded(texts, signed.codes, 'gone'));
        }
        return;
      }
      const {status, codes} = await apply(api, signed.changeset, Boolean(offer.subscription));
      reporter.report('outcome', {status, error_codes: codes});
      if (status === 'processed') settle('a');
      else end(afterPaying(texts, status, codes, formatMoney(cost.total, cost.currency, locale)));
    }

    /** @param {boolean} value */
    function agree(value) {
      if (isBusy) return;
      isAgreed = value === true;
      view.agreed(isAgreed);
    }

    function decline() {
      if (isBusy) return;
      isBusy = true;
      reportShown();
      // After a press to pay this is giving up; without a price there was nothing to decline.
      if (unsigned) reporter.report('outcome', {status: 'unprocessed', error_codes: unsigned});
      else if (unpriced) reporter.report('left', {error_codes: unpriced});
      else reporter.report('declined');
      settle(unsigned || unpriced ? undefined : 'd');
    }

    const view = showOffer(root, offer, texts, locale, {
      accept: guarded(accept),
      agree,
      decline: guarded(decline),
      priceAgain: guarded(price),
    });
    price().catch(fail);
    Promise.resolve(root.mount()).then(reportShown).catch(fail);
  });
}
