// Does what the typings do not promise; each must be a fault that people see.
import '@shopify/ui-extensions/preact';
import {render} from 'preact';

export default () => {
  void shopify.orders;
  void shopify.query;
  shopify.i18n.translate('nowhere');
  render(
    <s-section heading="Wrong" kind="fancy">
      <s-button variant="loud" onPress={() => undefined}>Odd</s-button>
      <s-spinner>words</s-spinner>
      <s-banner><s-text slot="footer">footer</s-text></s-banner>
      <s-carousel>gone</s-carousel>
      <div>plain</div>
      <s-map latitude={1} />
      <s-button commandFor="nobody">Nobody</s-button>
    </s-section>,
    document.body,
  );
};
