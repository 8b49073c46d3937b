import {Goods} from './Goods.jsx';
import {pricesOf, reductionOf, write} from './prices.js';

/** @import {I18n, Offer as OfferData, Option} from './contract' */

/**
 * @typedef {object} OfferProps
 * @property {I18n} i18n
 * @property {OfferData} offer
 * @property {Option[]} options what may be chosen from
 * @property {Option} option what is chosen
 * @property {string} said read out to those who do not see what changed
 * @property {boolean} isAdding the press is being worked on
 * @property {boolean} isUnsure the last press brought no clear answer
 * @property {(optionId: string) => void} onChoose
 * @property {() => void} onAdd
 * @property {() => void} onDecline
 */

/**
 * Draws an offer: what it is, what it costs, what pressing does, and only then the buttons. Words run in the direction of
 * their own language: the page's may be one that the shop, or this block, does not speak.
 *
 * @param {OfferProps} props
 */
export function Offer({i18n, offer, options, option, said, isAdding, isUnsure, onChoose, onAdd, onDecline}) {
  const isByCode = offer.accept_by === 'code';
  const heading = offer.texts?.heading || i18n.translate(isByCode ? 'heading' : 'invoice.heading');
  const accept = offer.texts?.accept || i18n.translate(isByCode ? 'accept' : 'invoice.accept');
  return (
    <s-section heading={heading}>
      <s-box accessibilityRole="status">
        <s-text accessibilityVisibility="exclusive">{said}</s-text>
      </s-box>
      <s-stack gap="base">
        {offer.reason_line ? <s-paragraph dir="auto">{offer.reason_line}</s-paragraph> : null}
        <Goods i18n={i18n} offer={offer} option={option} hasChoice={options.length > 1} />
        {options.length > 1 ? <Choice i18n={i18n} options={options} option={option} isFixed={isAdding} onChoose={onChoose} /> : null}
        <s-stack gap="small-300">
          {isByCode ? <CodeTerms i18n={i18n} offer={offer} option={option} /> : <InvoiceTerms i18n={i18n} option={option} />}
        </s-stack>
        {isUnsure ? <s-banner tone="warning" heading={i18n.translate('unsure.heading')}>{i18n.translate('unsure.text')}</s-banner> : null}
        <s-stack gap="small">
          {isByCode ? (
            <s-button variant="primary" inlineSize="fill" href={option.url ?? undefined} target="_blank">
              {accept}
            </s-button>
          ) : (
            <s-button variant="primary" inlineSize="fill" loading={isAdding} onClick={onAdd}>
              {accept}
            </s-button>
          )}
          <s-button variant="secondary" inlineSize="fill" disabled={isAdding} onClick={onDecline}>
            {offer.texts?.decline || i18n.translate('decline')}
          </s-button>
        </s-stack>
      </s-stack>
    </s-section>
  );
}

/** @param {{i18n: I18n, offer: OfferData, option: Option}} props */
function CodeTerms({i18n, offer, option}) {
  const discount = reductionOf(i18n, option);
  const days = offer.code_days >= 1 ? i18n.translate('days', {count: offer.code_days}) : '';
  return (
    <>
      {discount ? <s-paragraph dir="auto">{`${i18n.translate('off', {discount})} ${days}`.trim()}</s-paragraph> : null}
      <s-paragraph color="subdued" dir="auto">{i18n.translate('note')}</s-paragraph>
    </>
  );
}

/** @param {{i18n: I18n, option: Option}} props */
function InvoiceTerms({i18n, option}) {
  return (
    <>
      <s-paragraph dir="auto">{i18n.translate('invoice.terms', {amount: total(i18n, option)})}</s-paragraph>
      <s-paragraph color="subdued" dir="auto">{i18n.translate('invoice.note')}</s-paragraph>
    </>
  );
}

/** @param {{i18n: I18n, options: Option[], option: Option, isFixed: boolean, onChoose: (optionId: string) => void}} props */
function Choice({i18n, options, option, isFixed, onChoose}) {
  const differ = (/** @type {(option: Option) => unknown} */ key) => new Set(options.map(key)).size > 1;
  const isByPieces = differ(({quantity}) => quantity);
  const isByPrice = differ((one) => total(i18n, one));
  const name = (/** @type {Option} */ one) =>
    [one.title, isByPieces && i18n.translate('pieces', {count: one.quantity}), isByPrice && total(i18n, one)].filter(Boolean).join(' · ');
  return (
    <s-select
      label={i18n.translate('choose')}
      value={option.option_id}
      disabled={isFixed}
      onChange={(event) => onChoose(/** @type {HTMLElementTagNameMap['s-select']} */ (event.currentTarget).value ?? option.option_id)}
    >
      {options.map((one) => (
        <s-option key={one.option_id} value={one.option_id}>
          {name(one)}
        </s-option>
      ))}
    </s-select>
  );
}

/**
 * @param {I18n} i18n
 * @param {Option} option
 * @returns {string} its price as a whole
 */
export function total(i18n, option) {
  const prices = pricesOf(option);
  return prices ? write(i18n, prices.now, prices.currency) : '';
}
