import {toPrice, write} from './prices.js';

/** @import {Addition} from './additions' */
/** @import {I18n} from './contract' */

/**
 * Says what became of adding the item to the order. A banner is a live region: it is read out when it comes.
 *
 * @param {{i18n: I18n, addition: Addition}} props
 */
export function Ending({i18n, addition: {kind, total}}) {
  const due = total ? toPrice(total) : null;
  const tone = kind === 'added' ? 'success' : kind === 'already' ? 'info' : 'warning';
  return (
    <s-banner tone={tone} heading={i18n.translate(`${kind}.heading`)}>
      <s-stack gap="small-300">
        {due ? <s-text>{i18n.translate('due', {amount: write(i18n, due.units, due.currency)})}</s-text> : null}
        <s-text>{i18n.translate(`${kind}.text`)}</s-text>
      </s-stack>
    </s-banner>
  );
}
