import {freshId, make, put} from './dom.js';

/** Label, error and control of a field; the label may be only for screen readers. */
function labelled(control, name) {
  const element = make('div', 'field');
  const label = make('label', 'field-label', {for: freshId(name)});
  const frame = make('div', 'field-frame');
  const error = make('p', 'field-error', {id: freshId(`${name}-error`)});
  control.id = label.htmlFor;
  frame.append(control);
  element.append(label, frame, error);
  return {element, label, frame, error, control};
}

function describe({label, error, control}, props, words = props.label) {
  label.textContent = words ?? '';
  error.textContent = props.error ?? '';
  error.hidden = !props.error;
  put(control, {
    name: props.name, 'aria-invalid': props.error && 'true', 'aria-describedby': props.error ? error.id : undefined,
  });
  control.disabled = Boolean(props.disabled);
}

function hear(control, {tell}, events, told = () => ({props: {value: control.value}})) {
  for (const event of events) control.addEventListener(event, () => tell(event, told()));
}

function typed(type, {tag = 'input', affixes = false, numeric = false, lengths = true, hint = true, hasAccessory = true, hidesLabel = true} = {}) {
  return {
    create(props, own) {
      const control = make(tag, 'input', tag === 'input' ? {type} : {});
      const part = labelled(control, 'field');
      const prefix = make('span', 'affix');
      const suffix = make('span', 'affix');
      const accessory = make('span', 'field-accessory');
      control.before(prefix);
      control.after(suffix, accessory);
      control.value = props.value ?? props.defaultValue ?? '';
      hear(control, own, ['input', 'change', 'focus', 'blur']);
      return {...part, prefix, suffix, slot: make('span'), slots: hasAccessory ? {accessory} : {}};
    },
    update(part, props) {
      const {control, prefix, suffix} = part;
      describe(part, props);
      control.required = Boolean(props.required);
      control.readOnly = Boolean(props.readOnly);
      put(control, {autocomplete: props.autocomplete || undefined});
      if (hint) put(control, {placeholder: props.placeholder});
      if (hidesLabel) put(part.label, {'data-only-heard': props.labelAccessibilityVisibility === 'exclusive'});
      if (lengths) put(control, {maxlength: props.maxLength, minlength: props.minLength});
      if (numeric) put(control, {min: props.min, max: props.max, step: props.step});
      if (tag === 'textarea') put(control, {rows: props.rows ?? 3});
      prefix.textContent = affixes ? (props.prefix ?? '') : '';
      suffix.textContent = affixes ? (props.suffix ?? '') : '';
      if (typeof props.value === 'string' && control.value !== props.value) control.value = props.value;
    },
  };
}

const select = {
  create(props, own) {
    const control = make('select', 'input');
    const part = labelled(control, 'select');
    const empty = make('option', '', {value: ''});
    control.append(empty);
    const slot = control;
    hear(control, own, ['change', 'focus', 'blur']);
    return {...part, slot, empty};
  },
  update(part, props) {
    describe(part, props);
    put(part.control, {autocomplete: props.autocomplete || undefined});
    part.control.required = Boolean(props.required);
    part.empty.textContent = props.placeholder ?? '';
  },
  arrange({control, empty}, props) {
    if (props.placeholder && empty.parentNode !== control) control.prepend(empty);
    if (!props.placeholder) empty.remove();
    if (typeof props.value === 'string') control.value = props.value;
  },
};

const option = {
  create(props) {
    const element = make('option');
    element.defaultSelected = Boolean(props.defaultSelected || props.selected);
    return {element};
  },
  update({element}, {value, disabled, selected, accessibilityLabel}) {
    put(element, {value, 'aria-label': accessibilityLabel});
    element.disabled = Boolean(disabled);
    if (selected) element.selected = true;
  },
};

function ticked(name, {role, error = true} = {}) {
  return {
    create(props, own) {
      const control = make('input', 'tick', {type: 'checkbox', role});
      const part = labelled(control, name);
      put(part.element, {'data-inline': true});
      control.checked = Boolean(props.checked || props.defaultChecked);
      control.addEventListener('change', () => {
        own.tell('change', {props: {checked: control.checked}});
        own.command();
      });
      return {...part, slot: make('span')};
    },
    update(part, props) {
      const words = props.label ?? (name === 'consent' ? 'Text me with news and offers' : '');
      describe(part, error ? props : {name: props.name, disabled: props.disabled}, words);
      put(part.control, {value: props.value, 'aria-label': props.accessibilityLabel});
      if (name === 'checkbox') part.control.required = Boolean(props.required);
      if (typeof props.checked === 'boolean') part.control.checked = props.checked;
    },
  };
}

const choiceList = {
  create(props, {tell}) {
    const element = make('fieldset', 'choice-list');
    const legend = make('legend', 'field-label');
    const slot = make('div', 'choices');
    const error = make('p', 'field-error', {id: freshId('choices-error')});
    element.append(legend, slot, error);
    slot.addEventListener('change', (event) => {
      event.stopPropagation();
      const values = [...slot.querySelectorAll('input:checked')].map((input) => input.value);
      tell('change', {props: {values}});
    });
    return {element, legend, slot, error, group: freshId('choices')};
  },
  update({element, legend, error}, props) {
    legend.textContent = props.label ?? '';
    put(legend, {'data-only-heard': props.labelAccessibilityVisibility === 'exclusive'});
    element.disabled = Boolean(props.disabled);
    error.textContent = props.error ?? '';
    error.hidden = !props.error;
    put(element, {'data-variant': props.variant, 'aria-describedby': props.error ? error.id : undefined, 'data-name': props.name});
  },
  arrange({slot, group}, {multiple, values}) {
    for (const input of slot.querySelectorAll('input[data-choice]')) {
      input.type = multiple ? 'checkbox' : 'radio';
      input.name = group;
      if (Array.isArray(values)) input.checked = values.includes(input.value);
    }
  },
};

const choice = {
  create(props) {
    const element = make('div', 'choice');
    const label = make('label', 'choice-label');
    const control = make('input', 'tick', {type: 'radio', 'data-choice': ''});
    const slot = make('span');
    const secondary = make('div', 'choice-secondary', {id: freshId('choice')});
    const details = make('div', 'choice-details');
    const selected = make('div', 'choice-selected');
    control.checked = Boolean(props.selected || props.defaultSelected);
    label.append(control, slot);
    element.append(label, secondary, details, selected);
    return {element, control, slot, secondary, slots: {secondaryContent: secondary, details, selectedContent: selected}};
  },
  update({control, secondary}, {value, disabled, selected, error, accessibilityLabel}) {
    put(control, {
      value: value ?? '', 'aria-label': accessibilityLabel, 'aria-invalid': error && 'true', 'aria-describedby': secondary.id,
    });
    control.disabled = Boolean(disabled);
    if (typeof selected === 'boolean') control.checked = selected;
  },
};

const consentPhone = typed('tel', {lengths: false});

export const fields = {
  's-text-field': typed('text', {affixes: true}),
  's-email-field': typed('email'),
  's-phone-field': typed('tel', {lengths: false}),
  's-password-field': typed('password', {hint: false}),
  's-url-field': typed('url', {hint: false}),
  's-number-field': typed('number', {affixes: true, numeric: true, lengths: false}),
  's-money-field': typed('number', {numeric: true, lengths: false, hint: false, hasAccessory: false}),
  's-date-field': typed('date', {lengths: false, hasAccessory: false, hidesLabel: false}),
  's-text-area': typed('text', {tag: 'textarea', hasAccessory: false}),
  's-consent-phone-field': {
    ...consentPhone,
    update(part, props) {
      consentPhone.update(part, props);
      put(part.element, {'data-policy': props.policy});
    },
  },
  's-select': select,
  's-option': option,
  's-checkbox': ticked('checkbox'),
  's-consent-checkbox': ticked('consent'),
  's-switch': ticked('switch', {role: 'switch', error: false}),
  's-choice-list': choiceList,
  's-choice': choice,
};
