import {useEffect, useRef, useState} from 'preact/hooks';
import {addToOrder} from './additions.js';
import {Ending} from './Ending.jsx';
import {Offer, total} from './Offer.jsx';
import {optionsOf} from './offers.js';

/** @import {Addition} from './additions' */
/** @import {Answer, Api, I18n, Option} from './contract' */
/** @import {createReporter} from './events' */

const FIRST = '0';

/** A second press so soon belongs to the first: it was not meant for the offer that has just come. */
const DOUBLE_PRESS_MS = 500;

/**
 * The course of the block: the offer, another for who declines it, and what came of adding it to the order.
 *
 * @param {{api: Api, answer: Answer, report: ReturnType<typeof createReporter>}} props
 */
export function Steps({api, answer, report}) {
  const [step, setStep] = useState(/** @type {string | null} */ (FIRST));
  const [chosen, setChosen] = useState(/** @type {string | null} */ (null));
  const [addition, setAddition] = useState(/** @type {Addition | 'running' | null} */ (null));
  const told = useRef(new Set());
  // What a press changes is drawn a moment later, so a second press may still come from what was drawn before.
  const isBusy = useRef(false);
  const declinedAt = useRef(-Infinity);
  // The platform may run a block long before it is seen, or after.
  const isSeen = api.extension?.rendered?.value !== false;

  useEffect(() => {
    if (step === null || !isSeen || told.current.has(step)) return;
    told.current.add(step);
    report(step, 'shown');
  }, [step, isSeen]);

  const offer = step === FIRST ? answer.offer : answer.steps[step ?? ''];
  if (step === null || !offer) return null;
  const next = `${step}d`;
  const i18n = /** @type {I18n} */ (api.i18n);
  if (addition && addition !== 'running' && addition.kind !== 'unsure') return <Ending i18n={i18n} addition={addition} />;

  const options = optionsOf(offer);
  const option = options.find(({option_id: id}) => id === chosen) ?? /** @type {Option} */ (options[0]);

  /** @param {string} optionId */
  function choose(optionId) {
    if (isBusy.current) return;
    setChosen(optionId);
    report(String(step), 'choice', optionId);
  }

  function decline() {
    const now = Date.now();
    if (isBusy.current || now - declinedAt.current < DOUBLE_PRESS_MS) return;
    declinedAt.current = now;
    report(String(step), 'declined');
    setAddition(null);
    setStep(answer.steps[next] ? next : null);
  }

  async function add() {
    if (isBusy.current) return;
    isBusy.current = true;
    setAddition('running');
    setAddition(await addToOrder(api, answer.decision_id, option.option_id));
    isBusy.current = false;
  }

  return (
    <Offer
      i18n={i18n}
      offer={offer}
      options={options}
      option={option}
      said={option.option_id === chosen ? total(i18n, option) : step !== FIRST ? i18n.translate('another', {title: offer.title}) : ''}
      isAdding={addition === 'running'}
      isUnsure={addition !== 'running' && addition?.kind === 'unsure'}
      onChoose={choose}
      onAdd={() => void add()}
      onDecline={decline}
    />
  );
}
