import '@shopify/ui-extensions';

/** The global that the thank-you page gives its module, as the Shopify CLI declares it. */
declare module '../src/ThankYou.jsx' {
  const shopify: import('@shopify/ui-extensions/purchase.thank-you.block.render').Api;
}
