import {freshId, make, put, tell} from './element.js';

// The prop's vocabulary is longer than HTML's: same tokens, spelt out.
const SPELT_OUT = [
  ['telephone', 'tel'], ['credit-card', 'cc'], ['security-code', 'csc'], ['expiry', 'exp'], ['birthday', 'bday'],
];

function autofill(value) {
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const field = SPELT_OUT.reduce((name, [long, short]) => name.replace(long, short), value.field);
  return value.group ? `${value.group} ${field}` : field;
}

function fault(id) {
  return make('p', 'field-error', {id, hidden: true});
}

function showFault(control, error, message) {
  error.hidden = !message;
  error.textContent = message ?? '';
  put(control, {'aria-invalid': message && 'true', 'aria-describedby': message ? error.id : undefined});
}

function choice(kind) {
  return {
    create(props, context) {
      const element = make('div', 'choice');
      const control = make('input', '', {type: kind});
      const slot = make('label', 'choice-label');
      const error = fault(freshId('error'));
      element.append(control, slot, error);
      control.addEventListener('change', async () => {
        await tell(context.current().onChange, control.checked);
        // The extension owns the value: what it did not accept springs back.
        control.checked = isChecked(context.current());
      });
      return {element, slot, control, error, ownId: freshId(kind)};
    },
    update({slot, control, error, ownId}, props) {
      const id = props.id ?? ownId;
      put(control, {id, name: props.name, 'aria-label': props.accessibilityLabel});
      put(slot, {for: id, 'aria-hidden': props.accessibilityLabel ? 'true' : undefined});
      control.checked = isChecked(props);
      control.disabled = Boolean(props.disabled);
      showFault(control, error, props.error);
    },
  };
}

function isChecked(props) {
  return Boolean(props.checked ?? props.value);
}

export const Checkbox = choice('checkbox');
export const Radio = choice('radio');

const POLICY_WORDS = {
  subscriptions: 'I agree to be charged for this subscription until I cancel it, under the shop’s cancellation policy.',
};

export const BuyerConsent = {
  create: Checkbox.create,
  update(part, props) {
    Checkbox.update(part, props);
    if (!part.words) {
      part.words = document.createTextNode('');
      part.slot.before(part.words);
      part.slot.prepend(part.words);
    }
    part.words.data = POLICY_WORDS[props.policy] ?? '';
  },
};

function labelled(element, control, name) {
  const label = make('label', 'field-label');
  const error = fault(freshId('error'));
  element.append(label, control, error);
  return {label, error, ownId: freshId(name)};
}

function describe({label, control, error, ownId}, props) {
  const id = props.id ?? ownId;
  label.textContent = props.label ?? '';
  put(label, {for: id});
  put(control, {id, name: props.name, required: props.required, autocomplete: autofill(props.autocomplete)});
  showFault(control, error, props.error);
}

const INPUT_TYPE = {text: 'text', email: 'email', number: 'text', telephone: 'tel'};

export const TextField = {
  shape: (props) => (props.multiline ? 'textarea' : 'input'),
  create(props, context) {
    const element = make('div', 'field');
    const control = make(TextField.shape(props), 'input');
    const part = {element, control, slot: make('span'), ...labelled(element, control, 'field')};
    const hint = make('p', 'field-hint', {hidden: true});
    element.append(hint);
    control.addEventListener('input', () => tell(context.current().onInput, control.value));
    control.addEventListener('change', () => tell(context.current().onChange, control.value));
    control.addEventListener('focus', () => tell(context.current().onFocus));
    control.addEventListener('blur', () => tell(context.current().onBlur));
    return {...part, hint};
  },
  update(part, props) {
    describe(part, props);
    const {control, hint} = part;
    if (control.tagName === 'INPUT') {
      control.type = INPUT_TYPE[props.type ?? 'text'];
      put(control, {inputmode: props.type === 'number' ? 'decimal' : undefined});
    }
    if (document.activeElement !== control) control.value = props.value ?? '';
    hint.hidden = !props.tooltip;
    hint.textContent = props.tooltip?.content ?? '';
    put(hint, {'aria-label': props.tooltip?.label});
  },
};

export const Select = {
  create(props, context) {
    const element = make('div', 'field');
    const control = make('select', 'input');
    control.addEventListener('change', () => tell(context.current().onChange, control.value));
    return {element, control, slot: make('span'), ...labelled(element, control, 'select')};
  },
  update(part, props) {
    describe(part, props);
    const {control} = part;
    const empty = props.placeholder ? [{value: '', label: props.placeholder, disabled: true}] : [];
    const options = [...empty, ...(props.options ?? [])].map(({value, label, disabled}) => {
      const option = make('option', '', {value, disabled});
      option.textContent = label;
      return option;
    });
    control.replaceChildren(...options);
    control.value = props.value ?? '';
    control.disabled = Boolean(props.disabled);
  },
};
