import {freshId, make, put} from './dom.js';
import {BOX_STYLE, GRID_ITEM_STYLE, GRID_STYLE, SCROLL_STYLE, STACK_STYLE, dress, dressSpoken} from './style.js';

function box(name, style) {
  return {
    create: () => ({element: make('div', name)}),
    update: (part, props, own) => dressSpoken(part, props, style, own),
  };
}

const scrolling = box('scroll-box', SCROLL_STYLE);

const section = {
  deepensHeadings: true,
  create(_, {headingLevel}) {
    const element = make('section', 'section');
    const heading = make(`h${Math.min(headingLevel, 6)}`, 'heading', {id: freshId('section')});
    const slot = make('div', 'section-body');
    element.append(heading, slot);
    return {element, heading, slot};
  },
  update({element, heading}, {heading: words, accessibilityLabel, padding}) {
    heading.textContent = words ?? '';
    heading.hidden = !words;
    put(element, {
      'aria-label': words ? undefined : accessibilityLabel,
      'aria-labelledby': words ? heading.id : undefined,
      'data-padding': padding,
    });
  },
};

export const layout = {
  's-box': box('box', BOX_STYLE),
  's-stack': {
    create: () => ({element: make('div', 'stack')}),
    update(part, props, own) {
      dressSpoken(part, props, STACK_STYLE, own);
      put(part.element, {'data-inline': String(props.direction ?? '').includes('inline')}); // a line of things may break
    },
  },
  's-grid': box('grid', GRID_STYLE),
  's-grid-item': box('grid-item', GRID_ITEM_STYLE),
  's-scroll-box': {
    ...scrolling,
    update(part, props, own) {
      scrolling.update(part, props, own);
      put(part.element, {tabindex: 0, role: part.element.getAttribute('role') ?? 'group'}); // scrolled with the keyboard too
    },
  },
  's-section': section,
  's-query-container': {
    create: () => ({element: make('div', 'query-container')}),
    update({element}, {containerName}, own) {
      dress(element, {}, {}, own);
      element.style.containerName = containerName ?? '';
    },
  },
  's-divider': {
    create: () => ({element: make('hr', 'divider')}),
    update: ({element}, {direction}) => put(element, {'aria-orientation': direction === 'block' && 'vertical'}),
  },
  's-button-group': {create: () => ({element: make('div', 'button-group')}), update() {}},
};
