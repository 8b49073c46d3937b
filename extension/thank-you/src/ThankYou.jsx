import '@shopify/ui-extensions/preact';
import {render} from 'preact';
import {Block} from './Block.jsx';

export default function showBlock() {
  render(<Block api={shopify} surface="thank_you" orderId={() => shopify.orderConfirmation?.value?.order?.id} />, document.body);
}
