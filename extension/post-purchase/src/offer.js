import {
  Banner,
  BlockStack,
  Bookend,
  Button,
  BuyerConsent,
  CalloutBanner,
  Heading,
  HeadingGroup,
  Image,
  InlineStack,
  Select,
  Separator,
  Spinner,
  Text,
  TextBlock,
  TextContainer,
  VisuallyHidden,
} from '@shopify/post-purchase-ui-extensions';
import {nearest, optionsOf, quantitiesOf, variantsOf} from './choices.js';
import {elements, fillWith} from './elements.js';
import {arrange, orderOf, sideBySide} from './layout.js';
import {formatMoney, toUnits} from './money.js';
import {gallery} from './pictures.js';
import {termsOf} from './subscription.js';
import {fill, textsFor} from './texts.js';

/** @import {Cost, Money, Offer, Root} from './contract' */
/** @import {Node} from './elements' */

/**
 * Handlers of presses take no argument: the host would have to send it from the page's thread.
 *
 * @typedef {{accept: () => void, agree: (value: boolean) => void, choose: (option: Offer) => void, decline: () => void,
 *   priceAgain: () => void}} Handlers
 */

/**
 * Shows an offer with no price to pay yet. Nothing is chosen but what was offered.
 *
 * @param {Root} root
 * @param {Offer} offer
 * @param {string} locale
 * @param {Handlers} handlers
 */
export function showOffer(root, offer, locale, handlers) {
  const element = elements(root);
  const options = optionsOf(offer);
  let current = offer;
  let texts = textsFor(locale, offer.texts);
  const money = (/** @type {Money} */ {amount, currency}, quantity = 1) => formatMoney(toUnits(amount) * quantity, currency, locale);
  const order = orderOf(offer);
  // Groups, not levels, make the outline that is read out: whichever of the two comes first leads the other.
  const isTitleFirst = order.indexOf('title') < order.indexOf('heading');
  const headline = (/** @type {string} */ text, /** @type {boolean} */ leads) =>
    leads ? element(Heading, {level: 1}, text) : element(HeadingGroup, {}, element(Heading, {level: 2}, text));

  const box = () => element(BlockStack, {spacing: 'tight'});
  const [timerBox, costBox, noticeBox] = [box(), box(), box()];
  const timerText = root.createText('');
  const acceptLabel = root.createText(texts.accept);
  const declineLabel = root.createText(texts.decline);
  const accept = element(Button, {onPress: handlers.accept, disabled: true}, /** @type {any} */ (acceptLabel));
  const decline = element(Button, {onPress: handlers.decline, subdued: true}, /** @type {any} */ (declineLabel));
  const consent = offer.subscription
    ? element(BuyerConsent, {policy: 'subscriptions', checked: false, onChange: handlers.agree})
    : null;
  const arrangement = offer.layout ? offer.layout.name : '';
  // Across the whole width a square would push everything else off the screen.
  const pictures = gallery(element, texts, arrangement === 'story' ? 1.6 : 1);

  /**
   * What depends on the choice, drawn anew with each.
   *
   * @type {Record<string, (option: Offer) => (Node | null | false)[]>}
   */
  const drawn = {
    badge: ({badge}) => [Boolean(badge) && element(Text, {emphasized: true, appearance: 'success'}, String(badge))],
    heading: () => [headline(texts.heading, !isTitleFirst)],
    reason: ({reason_line: line}) => [Boolean(line) && element(TextBlock, {subdued: true}, String(line))],
    title: (option) => [
      headline(option.title, isTitleFirst),
      Boolean(option.variant_title) && element(TextBlock, {}, String(option.variant_title)),
      option.quantity > 1 && element(TextBlock, {}, fill(texts.quantity, option.quantity)),
    ],
    price: (option) => priced(option, units(option.discounted_unit_price, option), units(option.unit_price, option)),
    terms: (option) => termsOf(option, texts, locale).map(([label, value]) => row(label, value)),
  };
  const boxes = Object.keys(drawn).reduce((/** @type {Record<string, Node>} */ made, name) => {
    const build = /** @type {(option: Offer) => (Node | null | false)[]} */ (drawn[name]);
    const isThere = options.some((option) => build(option).some(Boolean));
    return isThere ? Object.assign(made, {[name]: element(BlockStack, {spacing: name === 'price' ? 'xtight' : 'tight'})}) : made;
  }, {});

  /**
   * @param {Money} price
   * @param {Offer} option
   */
  function units(price, option) {
    const found = toUnits(price.amount) * option.quantity;
    if (!(found >= 0)) throw new Error('unreadable price');
    return found;
  }

  /**
   * @param {Offer} option
   * @param {number} now
   * @param {number} before
   */
  function priced(option, now, before) {
    const written = (/** @type {number} */ each) => formatMoney(each, option.unit_price.currency, locale);
    const isReduced = before > now;
    const {discount} = option;
    // By a plan, the saving is not the discount's alone.
    const percent = !option.subscription && discount && discount.value_type === 'percentage' ? ` (${discount.value}%)` : '';
    return [
      element(
        InlineStack,
        {spacing: 'tight', alignment: 'baseline'},
        isReduced && element(VisuallyHidden, {}, texts.was),
        isReduced && element(Text, {role: 'deletion', subdued: true}, written(before)),
        element(Text, {emphasized: true, size: 'large'}, written(now)),
      ),
      isReduced && element(Text, {appearance: 'success'}, fill(texts.save, written(before - now)) + percent),
    ];
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

  /** @param {NonNullable<Offer['items']>[number]} part one of the goods of a bundle */
  function item(part) {
    const isReduced = toUnits(part.price.amount) > toUnits(part.discounted_price.amount);
    const words = element(
      TextContainer,
      {spacing: 'tight'},
      element(TextBlock, {emphasized: true}, (part.quantity > 1 ? `${part.quantity} × ` : '') + part.title),
      Boolean(part.variant_title) && element(TextBlock, {subdued: true}, String(part.variant_title)),
      element(
        InlineStack,
        {spacing: 'tight', alignment: 'baseline'},
        isReduced && element(VisuallyHidden, {}, texts.was),
        isReduced && element(Text, {role: 'deletion', subdued: true}, money(part.price)),
        element(Text, {}, money(part.discounted_price)),
      ),
    );
    if (!part.image) return words;
    const image = element(Image, {source: part.image.url, decorative: true, aspectRatio: 1, fit: 'contain'});
    return sideBySide(element, 0.2, image, words);
  }

  /** @param {Offer} option what a quantity is called, with what it takes off where quantities differ in that */
  function quantityLabel(option) {
    const own = option.discount && option.discount.value_type === 'percentage' ? option.discount.value : 0;
    const isAlike = quantitiesOf(options, option.variant_id).every(({discount}) => (discount ? discount.value : 0) === own);
    return isAlike || !own ? String(option.quantity) : `${option.quantity} (−${own}%)`;
  }

  const variants = variantsOf(options);
  const hasQuantities = options.some((option) => quantitiesOf(options, option.variant_id).length > 1);
  /** @param {Offer | undefined} option */
  const choose = (option) => option && handlers.choose(option);
  const variantSelect =
    variants.length > 1 &&
    element(Select, {
      label: texts.variant,
      value: String(offer.variant_id),
      options: variants.map((one) => ({value: String(one.variant_id), label: one.variant_title || one.title})),
      onChange: (/** @type {string} */ value) => choose(nearest(options, Number(value), current.quantity)),
    });
  const quantitySelect =
    hasQuantities &&
    element(Select, {
      label: texts.howMany,
      value: String(offer.quantity),
      options: [],
      onChange: (/** @type {string} */ value) => choose(nearest(options, current.variant_id, Number(value))),
    });

  /** @param {Offer} option */
  function draw(option) {
    current = option;
    texts = textsFor(locale, option.texts);
    Object.keys(boxes).forEach((name) => {
      const build = /** @type {(option: Offer) => (Node | null | false)[]} */ (drawn[name]);
      fillWith(/** @type {Node} */ (boxes[name]), build(option));
    });
    if (variantSelect) variantSelect.updateProps({value: String(option.variant_id)});
    if (quantitySelect) {
      const found = quantitiesOf(options, option.variant_id).map((one) => ({value: String(one.quantity), label: quantityLabel(one)}));
      quantitySelect.updateProps({options: found, value: String(option.quantity)});
    }
    acceptLabel.updateText(texts.accept);
    declineLabel.updateText(texts.decline);
    return pictures.show(option);
  }

  const hasPicture = draw(offer) || options.some(({image}) => image);
  const {shipping, items, description} = offer;
  const lines = description ? description.split(/\n+/).map((line) => element(TextBlock, {}, line)) : [];
  const sent = shipping && !offer.subscription && (toUnits(shipping.price.amount) ? fill(texts.shippingIs, money(shipping.price)) : texts.freeShipping);
  const blocks = Object.assign({}, boxes, {
    timer: offer.ends_after_minutes ? timerBox : null,
    picture: hasPicture ? pictures.box : null,
    items: items && items.length > 0 ? element(BlockStack, {spacing: 'tight'}, ...items.map(item)) : null,
    shipping: sent ? element(Text, {}, sent) : null,
    choices: variantSelect || quantitySelect ? element(BlockStack, {spacing: 'tight'}, variantSelect, quantitySelect) : null,
    description: lines.length ? element(TextContainer, {spacing: 'tight'}, ...lines) : null,
    cost: element(BlockStack, {spacing: 'loose'}, element(Separator, {}), costBox),
    buttons: element(BlockStack, {spacing: 'tight'}, consent, noticeBox, accept, decline),
    note: element(TextBlock, {subdued: true, size: 'small'}, texts.terms),
  });
  fillWith(root, [arrange(element, arrangement, order, blocks)]);

  return {
    /** @param {Offer} option */
    choose(option) {
      fillWith(noticeBox, []);
      draw(option);
    },

    /** @param {string} left such as "4:59" */
    left(left) {
      timerText.updateText(fill(texts.ends, left));
      if (timerBox.children.length === 0) {
        fillWith(timerBox, [element(CalloutBanner, {}, element(Text, {emphasized: true}, /** @type {any} */ (timerText)))]);
      }
    },

    pricing() {
      accept.updateProps({disabled: true});
      acceptLabel.updateText(texts.accept);
      fillWith(costBox, [element(Spinner, {size: 'small'}, texts.wait)]);
    },

    /** @param {Cost} cost */
    priced(cost) {
      const pay = (/** @type {number} */ each) => formatMoney(each, cost.currency, locale);
      // A reduction the platform does not grant is not claimed.
      if (cost.subtotal > units(current.discounted_unit_price, current)) {
        fillWith(/** @type {Node} */ (boxes.price), priced(current, cost.subtotal, cost.subtotal));
      }
      fillWith(costBox, [
        row(texts.subtotal, pay(cost.subtotal)),
        row(texts.shipping, cost.shipping ? pay(cost.shipping) : texts.free),
        row(cost.isTaxIncluded && cost.tax ? texts.taxIncluded : texts.tax, pay(cost.tax)),
        row(texts.total, pay(cost.total), true),
      ]);
      acceptLabel.updateText(`${texts.accept} · ${pay(cost.total)}`);
      accept.updateProps({disabled: false});
    },

    /** @param {string} [why] where asking again does not help, but another choice may */
    unpriced(why) {
      fillWith(costBox, [
        element(Banner, {status: 'warning'}, why || texts.unpriced),
        !why && element(Button, {onPress: handlers.priceAgain, plain: true}, texts.retry),
      ]);
    },

    paying() {
      fillWith(noticeBox, []);
      accept.updateProps({loading: true, loadingLabel: texts.wait});
      [decline, variantSelect, quantitySelect].forEach((each) => each && each.updateProps({disabled: true}));
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
      [decline, variantSelect, quantitySelect].forEach((each) => each && each.updateProps({disabled: false}));
    },
  };
}
