import '@shopify/ui-extensions/preact';
import {render} from 'preact';
import {Block} from './Block.jsx';

export default function showBlock() {
  render(<Block api={shopify} surface="order_status" orderId={() => shopify.order?.value?.id} />, document.body);
}
