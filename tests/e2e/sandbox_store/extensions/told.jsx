// Says what the page tells a block, one line each, and what its calls bring.
import '@shopify/ui-extensions/preact';
import {render} from 'preact';
import {useEffect, useState} from 'preact/hooks';

export default () => {
  render(<Told />, document.body);
};

function Told() {
  const {i18n, checkoutToken, cost, lines, customerPrivacy, buyerIdentity, shippingAddress, localization} = shopify;
  const isThankYou = shopify.extension.target.startsWith('purchase.');
  const order = isThankYou ? shopify.orderConfirmation.value.order : shopify.order.value;
  const total = cost.totalAmount.value;
  const told = {
    target: shopify.extension.target,
    editor: shopify.extension.editor?.type ?? 'none',
    order: order.id,
    token: checkoutToken.value ?? 'unknown',
    total: i18n.formatCurrency(total.amount),
    counted: i18n.translate('lines', {count: lines.value.length}),
    line: lines.value.map((line) => `${line.quantity} ${line.merchandise.id}`).join(' '),
    codes: shopify.discountCodes.value.map(({code}) => code).join() || 'none',
    attributes: shopify.attributes.value.map(({key, value}) => `${key}=${value}`).join() || 'none',
    analytics: customerPrivacy.value.allowedProcessing.analytics ? 'allowed' : 'refused',
    customer: buyerIdentity?.customer.value?.id ?? 'unknown',
    email: buyerIdentity?.email.value ?? 'unknown',
    country: shippingAddress?.value?.countryCode ?? 'unknown',
    language: localization.extensionLanguage.value.isoCode,
    state: isThankYou ? 'none' : shopify.authenticationState.value,
    window: typeof window === 'object' ? typeof window.open : 'none',
  };
  const [brought, setBrought] = useState({});
  const bring = (name, promise) =>
    promise.then((value) => String(value), (error) => `failed: ${error.message}`).then((value) => setBrought((before) => ({...before, [name]: value})));
  useEffect(() => {
    bring('session', shopify.sessionToken.get());
    bring('kept', keep());
    bring('fetched', ask());
  }, []);
  return (
    <s-section heading="Told">
      {Object.entries({...told, ...brought}).map(([name, value]) => (
        <s-paragraph key={name}>{`${name}: ${value}`}</s-paragraph>
      ))}
      <s-button onClick={() => bring('fetched', ask())}>Ask again</s-button>
      <s-button onClick={() => shopify.applyTrackingConsentChange({type: 'changeVisitorConsent', analytics: false})}>Refuse</s-button>
      {!isThankYou && <s-button onClick={() => shopify.requireLogin()}>Log me in</s-button>}
    </s-section>
  );
}

async function keep() {
  const before = (await shopify.storage.read('visits')) ?? 0;
  await shopify.storage.write('visits', before + 1);
  return before + 1;
}

async function ask() {
  const response = await fetch(`${process.env.ORIGIN}/test/echo`, {method: 'POST', body: '{}'});
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()).said;
}
