import {make, plain, put} from './element.js';

/** @import {Drawing} from './element.js' */

const LOOKS = ['size', 'emphasized', 'subdued', 'appearance'];
/** @type {Record<string, string>} */
const TAG_OF_ROLE = {address: 'address', deletion: 'del', abbreviation: 'abbr', 'directional-override': 'bdo', datetime: 'time'};

const roleOf = (/** @type {any} */ {role}) => (role && typeof role === 'object' ? role : {type: role});

const inline = plain((props) => TAG_OF_ROLE[roleOf(props).type] ?? 'span', 'text', LOOKS);

/** @type {Drawing} */
export const Text = {
  ...inline,
  update(part, props) {
    inline.update(part, props);
    const role = roleOf(props);
    put(part.element, {title: role.for, dir: role.direction, datetime: role.machineReadable});
  },
};

export const TextBlock = plain('p', 'text-block', LOOKS);
export const TextContainer = plain('div', 'text-container', ['spacing', 'alignment']);
export const HeadingGroup = {...plain('div', 'heading-group'), deepens: true};
export const VisuallyHidden = plain('span', 'visually-hidden');

const hidden = plain('span', 'contents');

/** @type {Drawing} */
export const HiddenForAccessibility = {
  ...hidden,
  make: (tag) => {
    const element = make(tag, 'contents', {'aria-hidden': 'true'});
    return {element, slot: element};
  },
};

/** @type {Drawing} */
export const Heading = {
  // Groups, not the prop, make the outline; the prop is how large it looks.
  tag: ({role}, {level}) => (role === 'presentation' ? 'div' : `h${Math.min(level, 6)}`),
  make: (tag, {level}) => {
    const element = make(tag, 'heading');
    return {element, slot: element, level};
  },
  update: ({element, level}, props) => put(element, {id: props.id, 'data-level': props.level ?? Math.min(level, 3)}),
};
