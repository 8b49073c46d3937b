import {make, put} from './element.js';

function stack(name) {
  return {
    create: () => ({element: make('div', name)}),
    update: ({element}, {alignment, spacing}) => put(element, {'data-alignment': alignment, 'data-spacing': spacing}),
  };
}

export const BlockStack = stack('block-stack');
export const InlineStack = stack('inline-stack');
export const ButtonGroup = stack('button-group');
export const FormLayout = stack('form-layout');
export const FormLayoutGroup = stack('form-layout-group');

export const Bookend = {
  create: () => ({element: make('div', 'bookend')}),
  update({element}, {leading, trailing, alignment, spacing}) {
    put(element, {'data-leading': leading, 'data-trailing': trailing, 'data-alignment': alignment, 'data-spacing': spacing});
  },
};

export const View = {
  create: () => ({element: make('div', 'view')}),
  update: ({element}, props) => put(element, {'data-inline': props.inlinePadding, 'data-block': props.blockPadding}),
};

export const Tiles = {
  create: () => ({element: make('div', 'tiles')}),
  update({element}, {maxPerLine, breakAt, alignment, spacing}) {
    put(element, {'data-alignment': alignment, 'data-spacing': spacing});
    if (breakAt) element.style.setProperty('--pp-break-at', `${breakAt}px`);
    else element.style.removeProperty('--pp-break-at');
    element.dataset.maxPerLine = maxPerLine ?? '';
  },
  arrange({element}, {maxPerLine}) {
    const count = Math.max(1, element.children.length);
    element.style.setProperty('--pp-per-line', String(Math.min(maxPerLine ?? count, count)));
  },
};

// Sizes up to 1 are shares of the width, larger ones are pixels; sections that do not fit go to the next line.
function extent(size) {
  return size <= 1 ? `${size * 100}%` : `${size}px`;
}

function flex(size) {
  if (size === 'fill') return '1 1 0px';
  if (size === 'auto') return '0 0 auto';
  return `0 0 ${extent(size)}`;
}

const VIEWPORTS = ['small', 'medium', 'large'];

export const Layout = {
  create: () => ({element: make('div', 'layout')}),
  update({element}, props) {
    put(element, {'data-inline': props.inlineAlignment, 'data-block': props.blockAlignment});
    setFor(element, '--pp-max', (rule) => (rule.maxInlineSize === undefined ? undefined : extent(rule.maxInlineSize)), props);
  },
  arrange({element}, props) {
    [...element.children].forEach((child, index) => {
      setFor(child, '--pp-flex', ({sizes}) => (sizes?.length ? flex(sizes[index % sizes.length]) : undefined), props);
    });
  },
};

function setFor(element, name, read, props) {
  set(element, `${name}-base`, read(props));
  for (const viewport of VIEWPORTS) {
    const rule = props.media?.find((media) => media.viewportSize === viewport);
    set(element, `${name}-${viewport}`, rule && read(rule));
  }
}

function set(element, name, value) {
  // Custom properties are inherited: what is not said here must not be taken from a layout around this one.
  element.style.setProperty(name, value === undefined ? 'initial' : value);
}
