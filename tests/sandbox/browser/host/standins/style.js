// Tokens of the layout props as CSS. Values that depend on the container become container queries.
import {freshId, given, put} from './dom.js';

const SPACE = {
  none: 0, 'small-500': 2, 'small-400': 4, 'small-300': 6, 'small-200': 8, 'small-100': 10, small: 12, base: 16, large: 20,
  'large-100': 24, 'large-200': 28, 'large-300': 32, 'large-400': 40, 'large-500': 48,
};
const RADIUS = {none: '0', 'small-100': '2px', small: '4px', base: '6px', large: '10px', 'large-100': '14px', max: '999px'};
const WIDTH = {none: '0', base: '1px', large: '2px', 'large-100': '3px', 'large-200': '4px'};
const BACKGROUND = {transparent: 'transparent', subdued: 'var(--panel)', base: '#fff'};
const ROLE = {
  aside: 'complementary', footer: 'contentinfo', header: 'banner', main: 'main', navigation: 'navigation', section: 'region',
  'list-item': 'listitem', 'list-item-separator': 'separator', separator: 'separator', 'ordered-list': 'list',
  'unordered-list': 'list', alert: 'alert', status: 'status', generic: undefined, none: 'none', presentation: 'presentation',
};

const words = (map, unit = '') => (value) => value.split(' ').map((word) => `${map[word] ?? word}${unit}`).join(' ');
const space = words(SPACE, 'px');
const as = (value) => value;
const shown = (normal) => (value) => (value === 'none' ? 'none' : normal);

const BOX = {
  background: ['background', (value) => BACKGROUND[value]],
  borderWidth: ['border-width', words(WIDTH)],
  borderStyle: ['border-style', (value) => value.replaceAll('auto', 'solid')],
  borderRadius: ['border-radius', words(RADIUS)],
  padding: ['padding', space],
  paddingBlock: ['padding-block', space],
  paddingBlockStart: ['padding-block-start', space],
  paddingBlockEnd: ['padding-block-end', space],
  paddingInline: ['padding-inline', space],
  paddingInlineStart: ['padding-inline-start', space],
  paddingInlineEnd: ['padding-inline-end', space],
  blockSize: ['block-size', as],
  inlineSize: ['inline-size', as],
  maxBlockSize: ['max-block-size', as],
  maxInlineSize: ['max-inline-size', as],
  minBlockSize: ['min-block-size', as],
  minInlineSize: ['min-inline-size', as],
  overflow: ['overflow', as],
};
const GAPS = {gap: ['gap', space], columnGap: ['column-gap', space], rowGap: ['row-gap', space]};
const ALIGNMENT = Object.fromEntries(
  ['alignContent', 'alignItems', 'justifyContent'].map((name) => [name, [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), as]]),
);

export const SIZES = Object.fromEntries(Object.entries(BOX).filter(([name]) => /Size$/.test(name)));
export const BOX_STYLE = {...BOX, display: ['display', shown('block')]};
export const SCROLL_STYLE = BOX_STYLE;
export const STACK_STYLE = {
  ...BOX, ...GAPS, ...ALIGNMENT, display: ['display', shown('flex')], direction: ['flex-direction', (value) => (value === 'inline' ? 'row' : 'column')],
};
export const GRID_STYLE = {
  ...BOX, ...GAPS, ...ALIGNMENT, display: ['display', shown('grid')], justifyItems: ['justify-items', as],
  placeContent: ['place-content', as], placeItems: ['place-items', as],
  gridTemplateColumns: ['grid-template-columns', as], gridTemplateRows: ['grid-template-rows', as],
};
export const GRID_ITEM_STYLE = {...BOX_STYLE, gridColumn: ['grid-column', as], gridRow: ['grid-row', as]};
export const IMAGE_STYLE = {borderWidth: BOX.borderWidth, borderStyle: BOX.borderStyle, borderRadius: BOX.borderRadius};

const rules = new Map();
let sheet = null;

function show() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    document.adoptedStyleSheets.push(sheet);
  }
  sheet.replaceSync([...rules.values()].join('\n'));
}

/** Gives `element` the look of its props; a rule of its own goes with `signal`. */
export function dress(element, props, style, {signal}) {
  const key = (element.dataset.own ??= freshId('own'));
  const plainly = [];
  const queries = [];
  const add = (property, css) => {
    if (css !== undefined && css !== '') plainly.push(`${property}:${css}`);
  };
  if ('borderWidth' in style && props.border && props.border !== 'none') {
    const [width, , line] = props.border.split(' ');
    add('border', `${WIDTH[width]} ${line && line !== 'auto' ? line : 'solid'} var(--line)`);
  }
  for (const [name, [property, read]] of Object.entries(style)) {
    const value = props[name];
    if (value === undefined || value === '') continue;
    const {otherwise, cases, container} = depends(value);
    add(property, read(otherwise));
    for (const [condition, then] of cases) queries.push(`@container ${container} ${condition}{[data-own="${key}"]{${property}:${read(then)}}}`);
  }
  rules.set(key, `[data-own="${key}"]{${plainly.join(';')}}${queries.join('')}`);
  signal.addEventListener('abort', () => rules.delete(key), {once: true});
  show();
}

/** Reads `@container name (inline-size > 500px) large, small` into its cases and what holds otherwise. */
export function depends(value) {
  const found = /^@container\s+([\w-]+\s+)?(\(.*)$/s.exec(String(value));
  if (!found) return {otherwise: String(value), cases: [], container: ''};
  const parts = split(found[2]);
  const otherwise = parts.pop();
  const cases = parts.map((part) => {
    const [, condition, then] = /^(\(.*\))\s*(.*)$/s.exec(part);
    return [condition, then];
  });
  return {otherwise, cases: cases.reverse(), container: found[1]?.trim() ?? ''}; // the first that fits wins: it comes last
}

/** Splits at the commas that stand outside brackets. */
function split(text) {
  const parts = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim());
}

/** Returns the attributes of the accessibility props that boxes share. */
export function spoken(props) {
  const {accessibilityRole: role, accessibilityLabel: label} = props;
  return {role: ROLE[role] ?? (label ? 'group' : undefined), 'aria-label': label, ...heard(props)};
}

/** `hidden` keeps it from screen readers, `exclusive` from everybody else. */
export function heard(props) {
  const visibility = given(props, 'accessibilityVisibility');
  return {'aria-hidden': visibility === 'hidden' && 'true', 'data-only-heard': visibility === 'exclusive'};
}

export function dressSpoken(part, props, style, own) {
  put(part.element, spoken(props));
  dress(part.element, props, style, own);
}
