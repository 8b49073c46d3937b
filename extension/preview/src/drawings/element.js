/**
 * @typedef {{element: HTMLElement, slot: HTMLElement, [more: string]: any}} Part
 * @typedef {{level: number, current: () => any, call: (handler: any, ...values: unknown[]) => void}} Host
 */

/**
 * How one kind of component is drawn. Another `tag` makes another element; `settle` runs once the children stand.
 *
 * @typedef {object} Drawing
 * @property {string | ((props: any, host: Host) => string)} tag
 * @property {(tag: string, host: Host) => Part} make
 * @property {(part: Part, props: any) => void} update
 * @property {(part: Part, props: any) => void} [settle]
 * @property {boolean} [deepens] headings inside stand one level lower
 */

let made = 0;

/**
 * @param {string} tag
 * @param {string} [name] class
 * @param {Record<string, unknown>} [attributes]
 * @returns {any} an element
 */
export function make(tag, name, attributes = {}) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  put(element, attributes);
  return element;
}

/**
 * Sets attributes, and takes away those that are undefined, null or false.
 *
 * @param {Element} element
 * @param {Record<string, unknown>} attributes
 */
export function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** @param {string} name */
export function freshId(name) {
  made += 1;
  return `${name}-${made}`;
}

/**
 * A component that is one element: the style sheet reads its looks from attributes of the props' names.
 *
 * @param {Drawing['tag']} tag
 * @param {string} name
 * @param {string[]} [looks]
 * @returns {Drawing}
 */
export function plain(tag, name, looks = []) {
  return {
    tag,
    make: (made_) => {
      const element = make(made_, name);
      return {element, slot: element};
    },
    update: ({element}, props) => {
      for (const look of looks) put(element, {[`data-${look.toLowerCase()}`]: props[look]});
      put(element, {id: props.id});
    },
  };
}
