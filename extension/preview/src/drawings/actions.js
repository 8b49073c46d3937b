import {make, put} from './element.js';

/** @import {Drawing, Host} from './element.js' */

/**
 * Listens for presses. A link leads nowhere here: the preview has no way out.
 *
 * @param {HTMLElement} element
 * @param {Host} host
 */
function hear(element, host) {
  element.addEventListener('click', (event) => {
    event.preventDefault();
    const {disabled, loading, onPress} = host.current();
    if (!disabled && !loading) host.call(onPress);
  });
}

/** @type {Drawing} */
export const Button = {
  tag: ({to}) => (to ? 'a' : 'button'),
  make(tag, host) {
    const element = make(tag, 'button', tag === 'button' ? {type: 'button'} : {});
    const slot = make('span', 'label');
    const wait = make('span', 'wait', {hidden: true});
    const words = make('span', 'visually-hidden');
    wait.append(make('span', 'spinner', {'aria-hidden': 'true'}), words);
    element.append(slot, wait);
    hear(element, host);
    return {element, slot, wait, words};
  },
  update({element, slot, wait, words}, {to, plain, subdued, loading, loadingLabel = 'Loading', disabled}) {
    // A busy button keeps its focus: it is only said to be disabled.
    put(element, {
      href: to,
      'data-kind': plain ? 'plain' : subdued ? 'subdued' : 'primary',
      disabled: element.tagName === 'BUTTON' && disabled,
      'aria-disabled': (loading || (to && disabled)) && 'true',
      'aria-busy': loading && 'true',
    });
    put(slot, {'data-away': loading, 'aria-hidden': loading && 'true'});
    wait.hidden = !loading;
    words.textContent = loading ? loadingLabel : '';
  },
};

/** @type {Drawing} */
export const Link = {
  tag: ({to}) => (to ? 'a' : 'button'),
  make(tag, host) {
    const element = make(tag, 'link', tag === 'button' ? {type: 'button'} : {});
    hear(element, host);
    return {element, slot: element};
  },
  update: ({element}, {to, id}) => put(element, {href: to, id}),
};

/** @type {Drawing} */
export const Form = {
  tag: 'form',
  make(tag, host) {
    const element = make(tag, 'form', {novalidate: true});
    element.addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      const {disabled, onSubmit} = host.current();
      if (!disabled) host.call(onSubmit);
    });
    return {element, slot: element};
  },
  update() {},
};
