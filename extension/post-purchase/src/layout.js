import {
  Banner,
  BlockStack,
  Bookend,
  Button,
  BuyerConsent,
  Heading,
  HeadingGroup,
  Image,
  InlineStack,
  Layout,
  Separator,
  Spinner,
  Text,
  TextBlock,
  TextContainer,
  View,
  VisuallyHidden,
} from '@shopify/post-purchase-ui-extensions';
import {formatMoney, toUnits} from './money.js';
import {termsOf} from './subscription.js';
import {fill} from './texts.js';

/** @import {RemoteComponent, RemoteComponentType, PropsForRemoteComponent} from '@remote-ui/core' */
/** @import {Cost, Offer, Root} from './contract' */
/** @import {Ending} from './endings' */
/** @import {Texts} from './texts' */
/** @typedef {RemoteComponent<any, Root>} Node */

/**
 * Handlers of presses take no argument: the host would have to send it from the page's thread.
 *
 * @typedef {{accept: () => void, agree: (value: boolean) => void, decline: () => void, priceAgain: () => void}} Handlers
 */

/**
 * @param {Root} root
 * @returns {<Type extends RemoteComponentType<string, any, any>>(type: Type, props: PropsForRemoteComponent<Type>, ...children: (Node | string | null)[]) => Node}
 */
function elements(root) {
  // The library's own type of these arguments depends on `Type`, which is open here; the type above checks each call.
  return (type, props, ...children) => /** @type {any} */ (root).createComponent(type, props, children.filter(Boolean));
}

/**
 * Replaces what `parent` holds. Only calls that every 2.x version of the host's library has are used.
 *
 * @param {Root | Node} parent
 * @param {(Node | null)[]} children
 */
function fillWith(parent, children) {
  parent.children.slice().forEach((/** @type {any} */ child) => parent.removeChild(child));
  children.forEach((child) => child && parent.appendChild(child));
}

/**
 * @param {Root} root
 * @param {Texts} texts
 */
export function showLoading(root, texts) {
  fillWith(root, [elements(root)(Spinner, {}, texts.wait)]);
}

/**
 * Replaces the page by a last message, so that it is seen wherever the shopper had scrolled to.
 *
 * @param {Root} root
 * @param {Texts} texts
 * @param {Ending} ending
 * @param {() => void} goOn
 */
export function showEnding(root, texts, ending, goOn) {
  const element = elements(root);
  fillWith(root, [
    element(
      Layout,
      {maxInlineSize: 560},
      element(
        BlockStack,
        {spacing: 'loose'},
        ending.title ? element(Banner, {status: ending.status, title: ending.title}, ending.text) : null,
        element(Button, {onPress: goOn}, texts.goOn),
      ),
    ),
  ]);
}

/**
 * Shows the offer with nothing chosen and no price to pay yet.
 *
 * @param {Root} root
 * @param {Offer} offer
 * @param {Texts} texts
 * @param {string} locale
 * @param {Handlers} handlers
 */
export function showOffer(root, offer, texts, locale, handlers) {
  const element = elements(root);
  const {currency} = offer.discounted_unit_price;
  const price = toUnits(offer.discounted_unit_price.amount) * offer.quantity;
  const priceBefore = toUnits(offer.unit_price.amount) * offer.quantity;
  if (!(price >= 0)) throw new Error('unreadable price');
  const money = (/** @type {number} */ units) => formatMoney(units, currency, locale);

  const priceBox = element(BlockStack, {spacing: 'xtight'});
  const costBox = element(BlockStack, {spacing: 'tight'});
  const noticeBox = element(BlockStack, {});
  const acceptLabel = root.createText(texts.accept);
  const accept = element(Button, {onPress: handlers.accept, disabled: true}, /** @type {any} */ (acceptLabel));
  const terms = termsOf(offer, texts, locale);
  const consent = terms.length
    ? element(BuyerConsent, {policy: 'subscriptions', checked: false, onChange: handlers.agree})
    : null;
  const decline = element(Button, {onPress: handlers.decline, subdued: true}, texts.decline);

  /**
   * @param {number} now
   * @param {number} before
   */
  function showPrice(now, before) {
    const isReduced = before > now;
    // By a plan, the saving is not the discount's alone.
    const percent = !terms.length && offer.discount && offer.discount.value_type === 'percentage' ? ` (${offer.discount.value}%)` : '';
    fillWith(priceBox, [
      element(
        InlineStack,
        {spacing: 'tight', alignment: 'baseline'},
        isReduced ? element(VisuallyHidden, {}, texts.was) : null,
        isReduced ? element(Text, {role: 'deletion', subdued: true}, money(before)) : null,
        element(Text, {emphasized: true, size: 'large'}, money(now)),
      ),
      isReduced ? element(Text, {appearance: 'success'}, fill(texts.save, money(before - now)) + percent) : null,
    ]);
  }

  /**
   * @param {string} label
   * @param {string} amount
   * @param {boolean} [emphasized]
   */
  function row(label, amount, emphasized) {
    return element(
      Bookend,
      {trailing: true, spacing: 'tight', alignment: 'baseline'},
      element(Text, {emphasized}, label),
      element(Text, {emphasized}, amount),
    );
  }

  showPrice(price, priceBefore);
  const picture = offer.image && offer.image.url;
  const details = element(
    BlockStack,
    {spacing: 'loose'},
    element(
      TextContainer,
      {spacing: 'tight'},
      element(Heading, {level: 1}, texts.heading),
      offer.reason_line ? element(TextBlock, {subdued: true}, offer.reason_line) : null,
    ),
    element(
      TextContainer,
      {spacing: 'tight'},
      // Groups, not levels, make the outline that is read out.
      element(HeadingGroup, {}, element(Heading, {level: 2}, offer.title)),
      offer.variant_title ? element(TextBlock, {}, offer.variant_title) : null,
      offer.quantity > 1 ? element(TextBlock, {}, fill(texts.quantity, offer.quantity)) : null,
    ),
    priceBox,
    terms.length ? element(BlockStack, {spacing: 'tight'}, ...terms.map(([label, value]) => row(label, value))) : null,
    offer.description
      ? element(TextContainer, {spacing: 'tight'}, ...offer.description.split(/\n+/).map((line) => element(TextBlock, {}, line)))
      : null,
    element(Separator, {}),
    costBox,
    consent ? element(BlockStack, {}, consent, noticeBox) : noticeBox,
    element(BlockStack, {spacing: 'tight'}, accept, decline),
    element(TextBlock, {subdued: true, size: 'small'}, texts.terms),
  );
  // The empty middle section is the gap between the halves; on a phone all three stand below each other.
  const halves = [0.48, 0.04, 0.48];
  const columns = {
    maxInlineSize: 960,
    media: [
      {viewportSize: /** @type {const} */ ('small'), sizes: [1, 1, 1]},
      {viewportSize: /** @type {const} */ ('medium'), sizes: halves},
      {viewportSize: /** @type {const} */ ('large'), sizes: halves},
    ],
  };
  const story = element(View, {blockPadding: 'base'}, details);
  fillWith(root, [
    picture
      ? element(
          Layout,
          columns,
          element(
            View,
            {blockPadding: 'base'},
            element(Image, {source: picture, description: (offer.image && offer.image.alt) || offer.title, aspectRatio: 1, fit: 'contain'}),
          ),
          element(View, {}),
          story,
        )
      : element(Layout, {maxInlineSize: 560}, story),
  ]);

  return {
    pricing() {
      fillWith(costBox, [element(Spinner, {size: 'small'}, texts.wait)]);
    },

    /** @param {Cost} cost */
    priced(cost) {
      const pay = (/** @type {number} */ units) => formatMoney(units, cost.currency, locale);
      // A reduction the platform does not grant is not claimed.
      if (cost.subtotal > price) showPrice(cost.subtotal, cost.subtotal);
      fillWith(costBox, [
        row(texts.subtotal, pay(cost.subtotal)),
        row(texts.shipping, cost.shipping ? pay(cost.shipping) : texts.free),
        row(cost.isTaxIncluded && cost.tax ? texts.taxIncluded : texts.tax, pay(cost.tax)),
        row(texts.total, pay(cost.total), true),
      ]);
      acceptLabel.updateText(`${texts.accept} · ${pay(cost.total)}`);
      accept.updateProps({disabled: false});
    },

    unpriced() {
      fillWith(costBox, [
        element(Banner, {status: 'warning'}, texts.unpriced),
        element(Button, {onPress: handlers.priceAgain, plain: true}, texts.retry),
      ]);
    },

    paying() {
      fillWith(noticeBox, []);
      accept.updateProps({loading: true, loadingLabel: texts.wait});
      decline.updateProps({disabled: true});
    },

    /** @param {boolean} isChecked */
    agreed(isChecked) {
      if (consent) consent.updateProps({checked: isChecked, error: undefined});
    },

    mustAgree() {
      if (consent) consent.updateProps({error: texts.agree});
    },

    payAgain() {
      fillWith(noticeBox, [element(Banner, {status: 'warning'}, texts.tryAgain)]);
      accept.updateProps({loading: false});
      decline.updateProps({disabled: false});
    },
  };
}
