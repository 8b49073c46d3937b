import {make, plain, put, sign} from './dom.js';
import {heard} from './style.js';

const TAG_OF_TYPE = {address: 'address', emphasis: 'em', mark: 'mark', redundant: 's', small: 'small', strong: 'strong'};
const tone = ({tone: name, color}) => ({'data-tone': name === 'auto' ? undefined : name, 'data-color': color});

const chip = {
  create() {
    const element = make('span', 'chip');
    const graphic = make('span', 'chip-graphic');
    const slot = make('span');
    element.append(graphic, slot);
    return {element, slot, slots: {graphic}};
  },
  update: ({element}, {accessibilityLabel}) => put(element, {role: accessibilityLabel && 'img', 'aria-label': accessibilityLabel}),
};

const clickableChip = {
  shape: ({href}) => (href ? 'a' : 'button'),
  create(props, {tell}) {
    const element = make('span', 'chip');
    const press = make(props.href ? 'a' : 'button', 'chip-press');
    const graphic = make('span', 'chip-graphic');
    const slot = make('span');
    const remove = make('button', 'chip-remove', {type: 'button'});
    press.append(graphic, slot);
    remove.append(sign('x'));
    press.addEventListener('click', () => tell('click'));
    remove.addEventListener('click', () => {
      element.hidden = true;
      tell('remove', {props: {hidden: true}});
      tell('afterhide', {props: {hidden: true}});
    });
    element.append(press, remove);
    return {element, press, remove, slot, slots: {graphic}};
  },
  update({element, press, remove, slot}, props) {
    element.hidden = Boolean(props.hidden);
    put(press, {href: props.href, disabled: !props.href && props.disabled, 'aria-label': props.accessibilityLabel});
    if (press.tagName === 'BUTTON') press.type = 'button';
    remove.hidden = !props.removable;
    remove.disabled = Boolean(props.disabled);
    put(remove, {'aria-label': `Remove ${props.accessibilityLabel ?? slot.textContent}`});
  },
  arrange: ({remove, slot}, props) => put(remove, {'aria-label': `Remove ${props.accessibilityLabel ?? slot.textContent}`}),
};

const badge = {
  create() {
    const element = make('span', 'badge');
    const icon = make('span', 'badge-icon');
    const slot = make('span');
    element.append(icon, slot);
    return {element, icon, slot};
  },
  update({element, icon}, {icon: type, iconPosition, size, ...rest}) {
    icon.replaceChildren(...(type ? [sign(type)] : []));
    icon.hidden = !type;
    put(element, {...tone(rest), 'data-size': size, 'data-icon-at': iconPosition});
  },
};

export const text = {
  's-heading': {
    shape: ({accessibilityRole: role}) => (role === 'none' || role === 'presentation' ? 'p' : 'h'),
    create({accessibilityRole: role}, {headingLevel}) {
      const isHeading = role !== 'none' && role !== 'presentation';
      return {element: make(isHeading ? `h${Math.min(headingLevel, 6)}` : 'p', 'heading')};
    },
    update() {},
  },
  's-paragraph': plain('p', 'paragraph', (props) => ({
    ...tone(props), ...heard(props), 'data-type': props.type, 'data-align': props.textAlign, lang: props.lang, dir: props.dir || undefined,
  })),
  's-text': {
    shape: ({type}) => TAG_OF_TYPE[type] ?? 'span',
    create: ({type}) => ({element: make(TAG_OF_TYPE[type] ?? 'span', 'text')}),
    update: ({element}, props) =>
      put(element, {
        ...tone(props), ...heard(props), 'data-type': props.type, lang: props.lang, dir: props.dir || undefined, hidden: props.display === 'none',
      }),
  },
  's-abbreviation': plain('abbr', 'abbreviation', ({title}) => ({title})),
  's-time': plain('time', 'time', ({dateTime}) => ({datetime: dateTime})),
  's-badge': badge,
  's-chip': chip,
  's-clickable-chip': clickableChip,
  's-ordered-list': plain('ol', 'list'),
  's-unordered-list': plain('ul', 'list'),
  's-list-item': plain('li', 'list-item'),
};
