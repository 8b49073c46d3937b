import {freshId, make, put} from './element.js';

/** @import {Drawing, Part} from './element.js' */

const CONSENT = 'I agree to be charged for this subscription until I cancel it, under the shop’s cancellation policy.';

/** @param {Part} part @param {string | undefined} words */
function showError({control, error}, words) {
  error.hidden = !words;
  error.textContent = words ?? '';
  put(control, {'aria-invalid': words && 'true', 'aria-describedby': words ? error.id : undefined});
}

const isOn = (/** @type {any} */ {checked, value}) => Boolean(checked ?? value);

/**
 * @param {'checkbox' | 'radio'} type
 * @returns {Drawing}
 */
function choice(type) {
  return {
    tag: 'div',
    make(tag, host) {
      const element = make(tag, 'choice');
      const control = make('input', '', {type});
      const slot = make('label', 'choice-label');
      const error = make('p', 'error', {id: freshId('error'), hidden: true});
      element.append(control, slot, error);
      control.addEventListener('change', () => {
        const wanted = control.checked;
        // The page owns the value: what it does not take up springs back.
        control.checked = isOn(host.current());
        host.call(host.current().onChange, wanted);
      });
      return {element, slot, control, error, ownId: freshId(type)};
    },
    update(part, props) {
      const id = props.id ?? part.ownId;
      put(part.control, {id, name: props.name, 'aria-label': props.accessibilityLabel});
      put(part.slot, {for: id});
      part.control.checked = isOn(props);
      part.control.disabled = Boolean(props.disabled);
      showError(part, props.error);
    },
  };
}

export const Checkbox = choice('checkbox');
export const Radio = choice('radio');

/** @type {Drawing} */
export const BuyerConsent = {
  ...Checkbox,
  make(tag, host) {
    const part = Checkbox.make(tag, host);
    // The platform writes the words, and those of the page stand behind them.
    part.slot.append(CONSENT);
    return {...part, slot: part.slot.appendChild(make('span', 'contents'))};
  },
  update(part, props) {
    const label = /** @type {HTMLElement} */ (part.slot.parentElement);
    Checkbox.update({...part, slot: label}, props);
  },
};

/** @param {string} tag @param {any} control @returns {Part} */
function labelled(tag, control) {
  const element = make(tag, 'field');
  const label = make('label', 'field-label');
  const error = make('p', 'error', {id: freshId('error'), hidden: true});
  element.append(label, control, error);
  return {element, slot: make('span'), control, label, error, ownId: freshId('field')};
}

/** @param {Part} part @param {any} props */
function describe(part, props) {
  const id = props.id ?? part.ownId;
  part.label.textContent = props.label ?? '';
  put(part.label, {for: id});
  put(part.control, {id, name: props.name, required: props.required});
  part.control.disabled = Boolean(props.disabled);
  showError(part, props.error);
}

/** @type {Drawing} */
export const Select = {
  tag: 'div',
  make(tag, host) {
    const control = make('select', 'input');
    control.addEventListener('change', () => host.call(host.current().onChange, control.value));
    return labelled(tag, control);
  },
  update(part, props) {
    describe(part, props);
    const first = props.placeholder ? [{value: '', label: props.placeholder, disabled: true}] : [];
    const options = [...first, ...(props.options ?? [])].map(({value, label, disabled}) => {
      const option = make('option', '', {value, disabled});
      option.textContent = label;
      return option;
    });
    part.control.replaceChildren(...options);
    part.control.value = props.value ?? '';
  },
};

/** @type {Record<string, Record<string, string>>} */
const TYPES = {text: {type: 'text'}, email: {type: 'email'}, number: {type: 'text', inputmode: 'decimal'}, telephone: {type: 'tel'}};

/** @type {Drawing} */
export const TextField = {
  tag: 'div',
  make(tag, host) {
    const control = make('input', 'input');
    const on = (/** @type {string} */ event, /** @type {string} */ handler, hasValue = false) =>
      control.addEventListener(event, () => host.call(host.current()[handler], ...(hasValue ? [control.value] : [])));
    on('input', 'onInput', true);
    on('change', 'onChange', true);
    on('focus', 'onFocus');
    on('blur', 'onBlur');
    return labelled(tag, control);
  },
  update(part, props) {
    describe(part, props);
    put(part.control, TYPES[props.type ?? 'text'] ?? {});
    if (document.activeElement !== part.control) part.control.value = props.value ?? '';
  },
};
