import {pricesOf, write} from './prices.js';

/** @import {I18n, Offer, Option} from './contract' */

/**
 * Draws the goods and their price. Words from the shop stand as text, in the direction of their own language.
 *
 * @param {{i18n: I18n, offer: Offer, option: Option, hasChoice: boolean}} props
 */
export function Goods({i18n, offer, option, hasChoice}) {
  const words = (
    <s-stack gap="small-300">
      <s-heading>{offer.title}</s-heading>
      {offer.variant_title && !hasChoice ? <s-text dir="auto">{offer.variant_title}</s-text> : null}
      {option.quantity > 1 ? <s-text>{i18n.translate('quantity', {count: option.quantity})}</s-text> : null}
      <Price i18n={i18n} option={option} />
    </s-stack>
  );
  if (!offer.image) return words;
  return (
    <s-grid gridTemplateColumns="112px minmax(0, 1fr)" gap="base" alignItems="start">
      <s-image
        src={offer.image.url || undefined}
        alt={offer.image.alt ?? offer.title}
        aspectRatio="1"
        objectFit="contain"
        borderRadius="base"
      />
      {words}
    </s-grid>
  );
}

/** @param {{i18n: I18n, option: Option}} props */
function Price({i18n, option}) {
  const prices = pricesOf(option);
  if (!prices) return null;
  const {now, before, currency} = prices;
  if (now >= before) return <s-text type="strong">{write(i18n, now, currency)}</s-text>;
  // What is struck out looks different, but does not sound different.
  return (
    <>
      <s-stack direction="inline" gap="small-200" alignItems="center">
        <s-text accessibilityVisibility="exclusive">{i18n.translate('priceNow')}</s-text>
        <s-text type="strong">{write(i18n, now, currency)}</s-text>
        <s-text accessibilityVisibility="exclusive">{i18n.translate('priceBefore')}</s-text>
        <s-text type="redundant" color="subdued">
          {write(i18n, before, currency)}
        </s-text>
      </s-stack>
      <s-text tone="success" dir="auto">{i18n.translate('save', {amount: write(i18n, before - now, currency)})}</s-text>
    </>
  );
}
