import {plain} from './element.js';

/** @import {Drawing} from './element.js' */

const STACKED = ['alignment', 'spacing'];

export const BlockStack = plain('div', 'block-stack', STACKED);
export const InlineStack = plain('div', 'inline-stack', STACKED);
export const ButtonGroup = plain('div', 'inline-stack');
export const FormLayout = plain('div', 'block-stack');
export const FormLayoutGroup = plain('div', 'form-group');
export const Bookend = plain('div', 'bookend', ['leading', 'trailing', ...STACKED]);
export const View = plain('div', 'view', ['inlinePadding', 'blockPadding']);

const tiles = plain('div', 'tiles', STACKED);

/** @type {Drawing} */
export const Tiles = {
  ...tiles,
  settle({element}, {maxPerLine, breakAt}) {
    const count = Math.max(1, element.children.length);
    element.style.setProperty('--per-line', String(Math.min(maxPerLine ?? count, count)));
    element.style.setProperty('--break-at', `${breakAt ?? 0}px`);
  },
};

const VIEWPORTS = ['small', 'medium', 'large'];

/** Up to 1 is a share of the width, more are pixels. */
const extent = (/** @type {number} */ size) => (size <= 1 ? `${size * 100}%` : `${size}px`);

/** @param {number | 'fill' | 'auto' | undefined} size */
function flexOf(size) {
  if (size === undefined) return undefined;
  if (size === 'fill') return '1 1 0px';
  return size === 'auto' ? '0 0 auto' : `0 0 ${extent(size)}`;
}

/**
 * Writes a value for every width of the screen; where there is none, what the columns around have must not be inherited.
 *
 * @param {HTMLElement} element
 * @param {string} name
 * @param {any} props
 * @param {(rule: any) => string | undefined} read
 */
function write(element, name, props, read) {
  const rules = [['base', props], ...VIEWPORTS.map((each) => [each, props.media?.find((/** @type {any} */ rule) => rule.viewportSize === each)])];
  for (const [size, rule] of rules) {
    element.style.setProperty(`${name}-${size}`, (rule && read(rule)) ?? 'initial');
  }
}

const columns = plain('div', 'layout', ['inlineAlignment', 'blockAlignment']);

/** @type {Drawing} */
export const Layout = {
  ...columns,
  settle({element}, props) {
    write(element, '--max', props, ({maxInlineSize}) => (maxInlineSize === undefined ? undefined : extent(maxInlineSize)));
    [...element.children].forEach((child, place) => {
      write(/** @type {HTMLElement} */ (child), '--flex', props, ({sizes}) => (sizes?.length ? flexOf(sizes[place % sizes.length]) : undefined));
    });
  },
};
