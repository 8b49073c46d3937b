import '@shopify/ui-extensions';

/** The global that the order-status page gives its module, as the Shopify CLI declares it. */
declare module '../src/OrderStatus.jsx' {
  const shopify: import('@shopify/ui-extensions/customer-account.order-status.block.render').Api;
}
