import {apply, calculate, sign} from './changesets.js';
import {ASK_ON_PAGE_MS, askForOffer, storedOffer} from './decide.js';
import {optionsOf} from './choices.js';
import {startClock} from './clock.js';
import {afterPaying, notAdded} from './endings.js';
import {createReporter} from './events.js';
import {showEnding, showLoading} from './layout.js';
import {formatMoney} from './money.js';
import {showOffer} from './offer.js';
import {textsFor} from './texts.js';

/** @import {Cost, Offer, RenderApi, Root} from './contract' */
/** @import {Ending} from './endings' */
/** @import {Reporter} from './events' */

/** A shopper who looks through the choices asks for the price of the one they stay at. */
export const CHOICE_MS = 250;

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
  const isAlone = optionsOf(offer).length === 1;
  /** What would be accepted now. */
  let current = offer;
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
  /** Which question for a price is the last. */
  let asked = 0;
  let stopClock = () => {};
  /** @type {ReturnType<typeof setTimeout>} */
  let choosing;

  return new Promise((resolve, reject) => {
    const texts = () => textsFor(locale, current.texts);

    /** @param {'a' | 'd' | undefined} way */
    function settle(way) {
      stopClock();
      resolve(way);
    }

    /** @param {unknown} error */
    function fail(error) {
      stopClock();
      reject(error);
    }

    /**
     * A press must neither throw into the host nor be lost: what goes wrong ends the page.
     *
     * @template {unknown[]} Given
     * @param {(...given: Given) => unknown} work
     */
    const guarded =
      (work) =>
      (/** @type {Given} */ ...given) =>
        void Promise.resolve()
          .then(() => work(...given))
          .catch(fail);

    /** A press proves the paint, should the host never confirm it. */
    function reportShown() {
      if (isShown) return;
      isShown = true;
      reporter
        .report('shown')
        .then((reply) => reply && reply.body && countDown(reply.body.seconds_left))
        .catch(fail);
    }

    /**
     * A clock is shown only where the server has said that it will refuse the offer when it has run out.
     *
     * @param {unknown} seconds
     */
    function countDown(seconds) {
      if (typeof seconds !== 'number' || isBusy) return;
      stopClock = startClock(seconds, view.left, () => {
        // A charge under way is not interrupted.
        if (!isBusy) giveUp(['offer_ended']);
      });
    }

    /** @param {Ending} ending */
    function end(ending) {
      stopClock();
      showEnding(
        root,
        texts(),
        ending,
        guarded(() => settle(undefined)),
      );
    }

    async function price() {
      if (isBusy) return;
      const mine = (asked += 1);
      isPricing = true;
      unpriced = null;
      view.pricing();
      const result = await calculate(api, current);
      // The answer about what was chosen before must not stand beside what is chosen now.
      if (mine !== asked) return;
      isPricing = false;
      if (isBusy) return;
      if ('cost' in result) {
        cost = result.cost;
        view.priced(cost);
      } else if (result.retry) {
        unpriced = result.codes;
        view.unpriced();
      } else if (isAlone) {
        isBusy = true;
        reportShown();
        reporter.report('left', {error_codes: result.codes});
        end(notAdded(texts(), result.codes, 'gone'));
      } else {
        // The other choices are still there to be taken, or declined.
        view.unpriced(notAdded(texts(), result.codes, 'gone').text);
      }
    }

    /** @param {Offer} option */
    function choose(option) {
      if (isBusy || option.option_id === current.option_id) return;
      reportShown();
      current = option;
      cost = unpriced = unsigned = null;
      asked += 1;
      isPricing = true;
      view.choose(option);
      view.pricing();
      clearTimeout(choosing);
      choosing = setTimeout(
        guarded(() => {
          if (isBusy) return undefined;
          reporter.report('choice', {option_id: option.option_id});
          return price();
        }),
        CHOICE_MS,
      );
    }

    async function accept() {
      if (isBusy || !cost) return;
      if (!isAgreed) {
        view.mustAgree();
        return;
      }
      isBusy = true;
      reportShown();
      reporter.report('accepted', {option_id: current.option_id});
      view.paying();
      const signed = await sign(token, decisionId, current);
      if ('codes' in signed) {
        if (signed.retry) {
          unsigned = signed.codes;
          isBusy = false;
          view.payAgain();
        } else {
          reporter.report('outcome', {status: 'unprocessed', error_codes: signed.codes});
          end(notAdded(texts(), signed.codes, 'gone'));
        }
        return;
      }
      const {status, codes} = await apply(api, signed.changeset, Boolean(offer.subscription));
      reporter.report('outcome', {status, error_codes: codes});
      if (status === 'processed') settle('a');
      else end(afterPaying(texts(), status, codes, formatMoney(cost.total, cost.currency, locale)));
    }

    /** @param {boolean} value */
    function agree(value) {
      if (isBusy) return;
      isAgreed = value === true;
      view.agreed(isAgreed);
    }

    function decline() {
      if (isBusy) return;
      // After a press to pay this is giving up; without a price there was nothing to decline.
      if (unsigned || unpriced) {
        giveUp(unpriced || []);
        return;
      }
      isBusy = true;
      reportShown();
      reporter.report('declined');
      settle('d');
    }

    /** @param {string[]} codes why nothing was accepted, unless a press to pay failed before */
    function giveUp(codes) {
      isBusy = true;
      reportShown();
      if (unsigned) reporter.report('outcome', {status: 'unprocessed', error_codes: unsigned});
      else reporter.report('left', {error_codes: codes});
      settle(undefined);
    }

    const view = showOffer(root, offer, locale, {
      accept: guarded(accept),
      agree,
      choose: guarded(choose),
      decline: guarded(decline),
      priceAgain: guarded(() => (isPricing ? undefined : price())),
    });
    price().catch(fail);
    Promise.resolve(root.mount()).then(reportShown).catch(fail);
  });
}
