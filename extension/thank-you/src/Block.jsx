import {Component} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {createReporter} from './events.js';
import {askForOffer} from './offers.js';
import {Preview} from './Preview.jsx';
import {Skeleton} from './Skeleton.jsx';
import {Steps} from './Steps.jsx';

/** @import {ComponentChildren} from 'preact' */
/** @import {Answer, Api, Surface} from './contract' */

/**
 * The block of either page. Whatever goes wrong, it draws nothing: the order is placed, and the page is the shopper's.
 *
 * @param {object} props
 * @param {Api} props.api the page's global
 * @param {Surface} props.surface
 * @param {() => string | undefined} props.orderId read while drawing, so that the block notices when it comes
 */
export function Block(props) {
  return (
    <Guard>
      <Content {...props} />
    </Guard>
  );
}

/** @param {Parameters<typeof Block>[0]} props */
function Content(props) {
  // The checkout editor has no shopper: nothing is asked there and nothing counted.
  return props.api.extension?.editor ? <Preview api={props.api} /> : <Shopper {...props} />;
}

/** @augments {Component<{children: ComponentChildren}, {isBroken: boolean}>} */
class Guard extends Component {
  state = {isBroken: false};

  componentDidCatch() {
    this.setState({isBroken: true});
  }

  render() {
    return this.state.isBroken ? null : this.props.children;
  }
}

/** @param {Parameters<typeof Block>[0]} props */
function Shopper({api, surface, orderId}) {
  const start = useRef(Date.now());
  const [found, setFound] = useState(/** @type {{answer: Answer, report: ReturnType<typeof createReporter>} | null | undefined} */ (undefined));
  const about = {surface, checkoutToken: api.checkoutToken?.value ?? null, orderId: orderId() ?? null};
  // Either may come late or never; without both no answer could be kept for a second visit.
  const isKnown = Boolean(about.checkoutToken || about.orderId);

  useEffect(() => {
    if (!isKnown) return undefined;
    let isOver = false;
    void askForOffer(api, about).then((answer) => {
      if (!isOver) setFound(answer && {answer, report: createReporter(api, answer.decision_id, start.current)});
    });
    return () => {
      isOver = true;
    };
  }, [isKnown]);

  if (!isKnown || found === null) return null;
  return found ? <Steps api={api} answer={found.answer} report={found.report} /> : <Skeleton api={api} />;
}
