import {Offer} from './Offer.jsx';

/** @import {Api, I18n, Offer as OfferData} from './contract' */

/**
 * Shows the merchant in the checkout editor how the block looks, with made-up goods and buttons that do nothing.
 *
 * @param {{api: Api}} props
 */
export function Preview({api}) {
  const i18n = /** @type {I18n} */ (api.i18n);
  const currency = api.localization?.currency?.value?.isoCode ?? 'USD';
  /** @type {OfferData} */
  const offer = {
    option_id: '0',
    title: i18n.translate('sample.title'),
    variant_title: null,
    quantity: 1,
    unit_price: {amount: '40', currency},
    discounted_unit_price: {amount: '32', currency},
    discount: {value: 20, value_type: 'percentage', title: ''},
    // Without an address the page draws a placeholder.
    image: {url: '', alt: ''},
    reason_line: i18n.translate('sample.reason'),
    accept_by: 'code',
    code_days: 2,
    url: null,
  };
  const nothing = () => undefined;
  return (
    <s-stack gap="base">
      <s-banner tone="info" heading={i18n.translate('sample.heading')}>
        {i18n.translate('sample.text')}
      </s-banner>
      <Offer
        i18n={i18n}
        offer={offer}
        options={[offer]}
        option={offer}
        said=""
        isAdding={false}
        isUnsure={false}
        onChoose={nothing}
        onAdd={nothing}
        onDecline={nothing}
      />
    </s-stack>
  );
}
