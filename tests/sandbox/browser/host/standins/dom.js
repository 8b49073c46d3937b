let made = 0;

/** Makes an element of an `sx-` class; `attributes` as in `put`. */
export function make(tag, name, attributes = {}) {
  const element = document.createElement(tag);
  if (name) element.className = `sx-${name}`;
  put(element, attributes);
  return element;
}

/** Sets each attribute, or removes it when its value is undefined, null or false. */
export function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** An id that is unique on the page. The block's own ids stay inside the block: they never reach the page. */
export function freshId(name) {
  made += 1;
  return `sx-${name}-${made}`;
}

/** Reads a prop that only some of the components that share a drawing have. */
export function given(props, name) {
  return name in props ? props[name] : undefined;
}

/** A stand-in that is one element, with `look(props)` as its attributes. */
export function plain(tag, name, look = () => ({})) {
  return {
    create: () => ({element: make(tag, name)}),
    update: ({element}, props) => put(element, look(props)),
  };
}

const ICONS = {
  'alert-circle': '!', 'alert-triangle': '⚠', 'arrow-right': '→', 'arrow-left': '←', cart: '🛒', cash: '¤', check: '✓',
  'check-circle': '✓', clock: '◷', delivery: '⛟', discount: '%', gift: '🎁', info: 'i', lock: '🔒', minus: '−', plus: '+',
  star: '★', x: '×',
};

/** Returns a picture of an icon's name: a sign where there is one, else a dot; screen readers pass over it. */
export function sign(type) {
  const icon = make('span', 'icon', {'aria-hidden': 'true', 'data-icon': type});
  icon.textContent = ICONS[type] ?? '•';
  return icon;
}
