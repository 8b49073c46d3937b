import {given, make, put} from './dom.js';
import {BOX_STYLE, dress} from './style.js';

/** Makes what is pressed: a link when there is somewhere to go, else a button. `commandFor` is stronger than `href`. */
function pressable(name) {
  const isLink = (props) => Boolean(props.href) && !props.commandFor;
  return {
    isLink,
    create(props, {tell, command, signal}) {
      const element = make(isLink(props) ? 'a' : 'button', name);
      if (element.tagName === 'BUTTON') element.type = 'button';
      element.addEventListener('click', (event) => {
        if (given(props, 'disabled') || given(props, 'loading')) {
          event.preventDefault();
          return;
        }
        tell('click');
        command();
      });
      element.addEventListener('focus', () => tell('focus'), {signal});
      element.addEventListener('blur', () => tell('blur'), {signal});
      return element;
    },
    update(element, props, {overlays}) {
      const {href, target, accessibilityLabel} = props;
      const [disabled, loading] = [given(props, 'disabled'), given(props, 'loading')];
      put(element, {'aria-label': accessibilityLabel, lang: given(props, 'lang'), 'aria-busy': loading && 'true'});
      if (isLink(props)) {
        put(element, {
          href, target: target === '_blank' && '_blank', rel: target === '_blank' && 'noopener',
          'aria-disabled': (disabled || loading) && 'true',
        });
      } else {
        element.disabled = Boolean(disabled);
        put(element, {'aria-disabled': loading && 'true'}); // a busy button keeps its focus
      }
      show(element, props, overlays);
    },
  };
}

/** Shows the tooltip of `interestFor` while the pointer or the focus is here. */
function show(element, props, overlays) {
  if (element.hasInterest || !props.interestFor) return;
  element.hasInterest = true;
  const on = () => overlays.interest(props)?.show(element);
  const off = () => overlays.interest(props)?.hide();
  for (const type of ['mouseenter', 'focus']) element.addEventListener(type, on);
  for (const type of ['mouseleave', 'blur']) element.addEventListener(type, off);
}

const buttonLike = pressable('button');

function wait(element) {
  const slot = make('span', 'button-content');
  const spinner = make('span', 'button-wait', {role: 'img', 'aria-label': 'Loading'});
  spinner.append(make('span', 'spinner', {'aria-hidden': 'true'}));
  element.append(slot, spinner);
  return {element, slot, spinner};
}

function busy({slot, spinner}, loading) {
  spinner.hidden = !loading;
  put(slot, {'data-away': loading, 'aria-hidden': loading && 'true'});
}

const button = {
  shape: (props) => `${buttonLike.isLink(props)}`,
  create: (props, own) => wait(buttonLike.create(props, own)),
  update(part, props, own) {
    const {element} = part;
    buttonLike.update(element, props, own);
    if (element.tagName === 'BUTTON') element.type = props.type === 'submit' && !props.commandFor ? 'submit' : 'button';
    const variant = props.variant === undefined || props.variant === 'auto' ? 'secondary' : props.variant;
    put(element, {'data-variant': variant, 'data-tone': props.tone, 'data-size': props.inlineSize});
    busy(part, props.loading);
  },
};

const pressButton = {
  create(props, {tell, signal}) {
    const element = make('button', 'button', {type: 'button'});
    const part = {...wait(element), pressed: Boolean(props.pressed || props.defaultPressed)};
    element.addEventListener('click', () => {
      if (props.loading) return;
      part.pressed = !part.pressed;
      put(element, {'aria-pressed': String(part.pressed)});
      tell('click', {props: {pressed: part.pressed}});
    });
    element.addEventListener('focus', () => tell('focus'), {signal});
    element.addEventListener('blur', () => tell('blur'), {signal});
    return part;
  },
  update(part, props) {
    const {element} = part;
    if (typeof props.pressed === 'boolean') part.pressed = props.pressed;
    element.disabled = Boolean(props.disabled);
    put(element, {
      'aria-pressed': String(part.pressed), 'aria-label': props.accessibilityLabel, lang: props.lang, 'data-variant': 'secondary',
      'data-size': props.inlineSize, 'aria-busy': props.loading && 'true',
    });
    busy(part, props.loading);
  },
};

const linkLike = pressable('link');
const link = {
  shape: (props) => `${linkLike.isLink(props)}`,
  create: (props, own) => ({element: linkLike.create(props, own)}),
  update({element}, props, own) {
    linkLike.update(element, props, own);
    put(element, {'data-tone': props.tone});
  },
};

const clickLike = pressable('clickable');
const clickable = {
  shape: (props) => `${clickLike.isLink(props)}`,
  create: (props, own) => ({element: clickLike.create(props, own)}),
  update({element}, props, own) {
    clickLike.update(element, props, own);
    if (element.tagName === 'BUTTON') element.type = props.type === 'submit' ? 'submit' : 'button';
    put(element, {'data-only-heard': props.accessibilityVisibility === 'exclusive', 'aria-hidden': props.accessibilityVisibility === 'hidden' && 'true'});
    dress(element, props, BOX_STYLE, own);
  },
};

const form = {
  create(props, {tell}) {
    const element = make('form', 'form', {novalidate: true});
    element.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!props.disabled) tell('submit');
    });
    return {element};
  },
  update: ({element}, {disabled}) => put(element, {'aria-disabled': disabled && 'true'}),
};

const clipboardItem = {
  create(props, {tell, overlays}) {
    const element = make('span', 'clipboard-item', {hidden: true});
    const copy = () =>
      navigator.clipboard.writeText(props.text ?? '').then(
        () => tell('copy'),
        () => tell('copyerror'),
      );
    return {element, register: () => overlays.register(props.id, {copy, auto: copy})};
  },
  update: ({register}) => register(),
};

export const actions = {
  's-button': button, 's-press-button': pressButton, 's-link': link, 's-clickable': clickable, 's-form': form,
  's-clipboard-item': clipboardItem,
};
