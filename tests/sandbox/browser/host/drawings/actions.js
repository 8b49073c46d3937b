import {make, put, tell} from './element.js';

function hear(element, context) {
  element.addEventListener('click', (event) => {
    const props = context.current();
    if (props.disabled || props.loading) {
      event.preventDefault();
      return;
    }
    tell(props.onPress);
  });
}

export const Button = {
  shape: (props) => (props.to ? 'a' : 'button'),
  create(props, context) {
    const element = make(Button.shape(props), 'button');
    const slot = make('span', 'button-content');
    const wait = make('span', 'button-wait', {hidden: true});
    const label = make('span', 'visually-hidden');
    wait.append(make('span', 'spinner', {'aria-hidden': 'true'}), label);
    element.append(slot, wait);
    hear(element, context);
    return {element, slot, wait, label};
  },
  update({element, slot, wait, label}, props) {
    const kind = props.plain ? 'plain' : props.subdued ? 'subdued' : 'primary';
    put(element, {'data-kind': kind, href: props.to, 'aria-busy': props.loading && 'true'});
    if (element.tagName === 'BUTTON') {
      element.type = props.submit ? 'submit' : 'button';
      element.disabled = Boolean(props.disabled);
      // A busy button keeps its focus, so it is only said to be disabled.
      put(element, {'aria-disabled': props.loading && 'true'});
    } else {
      put(element, {'aria-disabled': (props.disabled || props.loading) && 'true'});
    }
    label.textContent = props.loadingLabel ?? 'Loading';
    wait.hidden = !props.loading;
    put(slot, {'data-away': props.loading, 'aria-hidden': props.loading && 'true'});
  },
};

export const Link = {
  shape: (props) => (props.to ? 'a' : 'button'),
  create(props, context) {
    const element = make(Link.shape(props), 'link');
    if (element.tagName === 'BUTTON') element.type = 'button';
    hear(element, context);
    return {element};
  },
  update({element}, {to, external, id}) {
    put(element, {href: to, id, target: external && '_blank', rel: external && 'noopener'});
  },
};

export const Form = {
  create(props, context) {
    const element = make('form', 'form', {novalidate: true});
    const slot = make('div', 'contents');
    const submit = make('button', 'visually-hidden', {type: 'submit', tabindex: -1});
    element.append(slot, submit);
    element.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!context.current().disabled) tell(context.current().onSubmit);
    });
    return {element, slot, submit};
  },
  update({submit}, {disabled, implicitSubmit = true}) {
    // Without a submit button that works, Enter in a field does nothing.
    submit.disabled = Boolean(disabled) || implicitSubmit === false;
    submit.textContent = typeof implicitSubmit === 'string' ? implicitSubmit : 'Submit';
    put(submit, {'aria-hidden': typeof implicitSubmit === 'string' ? undefined : 'true'});
  },
};
