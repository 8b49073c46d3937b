import {make, put} from './element.js';

function look(props) {
  return {
    id: props.id,
    'data-size': props.size,
    'data-emphasized': props.emphasized,
    'data-subdued': props.subdued,
    'data-appearance': props.appearance,
  };
}

const TAG_OF_ROLE = {
  address: 'address', deletion: 'del', abbreviation: 'abbr', 'directional-override': 'bdo', datetime: 'time',
};

function roleName(props) {
  return typeof props.role === 'object' ? props.role?.type : props.role;
}

export const Text = {
  shape: (props) => TAG_OF_ROLE[roleName(props)] ?? 'span',
  create: (props) => ({element: make(Text.shape(props), 'text')}),
  update({element}, props) {
    const role = typeof props.role === 'object' ? props.role : {};
    put(element, {...look(props), title: role?.for, dir: role?.direction, datetime: role?.machineReadable});
  },
};

export const TextBlock = {
  create: () => ({element: make('p', 'text-block')}),
  update: ({element}, props) => put(element, look(props)),
};

export const TextContainer = {
  create: () => ({element: make('div', 'text-container')}),
  update: ({element}, {spacing, alignment}) => put(element, {'data-spacing': spacing, 'data-alignment': alignment}),
};

export const Heading = {
  shape: (props) => props.role ?? '',
  create(props, {headingLevel}) {
    const level = Math.min(headingLevel, 6);
    return {element: make(props.role === 'presentation' ? 'div' : `h${level}`, 'heading'), level};
  },
  update: ({element, level}, props) => put(element, {id: props.id, 'data-level': props.level ?? Math.min(level - 1, 3)}),
};

export const HeadingGroup = {
  deepensHeadings: true,
  create: () => ({element: make('div', 'heading-group')}),
  update() {},
};

export const VisuallyHidden = {
  create: () => ({element: make('span', 'visually-hidden')}),
  update() {},
};

export const HiddenForAccessibility = {
  create: () => ({element: make('span', 'contents', {'aria-hidden': 'true'})}),
  update() {},
};
