import {Banner, BlockStack, Button, Layout, Spinner, View} from '@shopify/post-purchase-ui-extensions';
import {elements, fillWith} from './elements.js';

/** @import {Offer, Root} from './contract' */
/** @import {Element, Node} from './elements' */
/** @import {Ending} from './endings' */
/** @import {Texts} from './texts' */
/** @typedef {Record<string, Node | null | false>} Blocks */

const NARROW = 560;

/** What stands on a page whose server names no blocks. */
const USUAL = 'badge heading reason timer picture title items price shipping choices terms description'.split(' ');
/** Whatever the order, no page lacks these: what is sold, the whole price before the button, and the ways on. */
const NEEDED = 'heading timer title items price choices terms cost buttons note'.split(' ');
/** Blocks that belong together stand closer when they follow each other. */
const GROUPS = ['heading reason', 'title price shipping'];

/**
 * A picture, a gap and words side by side on every screen, over the whole width.
 *
 * @param {Element} element
 * @param {number} share of the picture
 * @param {Node} picture
 * @param {Node} words
 * @returns {Node}
 */
export function sideBySide(element, share, picture, words) {
  const sizes = [share, 0.05, 0.95 - share];
  // Each screen is named, lest what holds for a layout around this one be taken; in a view of its own it is as wide as that.
  const media = ['small', 'medium', 'large'].map((viewportSize) => ({viewportSize: /** @type {'small'} */ (viewportSize), sizes}));
  return element(View, {}, element(Layout, {maxInlineSize: 1, media}, element(View, {}, picture), element(View, {}), words));
}

/**
 * @param {Root} root
 * @param {Texts} texts
 */
export function showLoading(root, texts) {
  fillWith(root, [elements(root)(Spinner, {}, texts.wait)]);
}

/**
 * Replaces the page by a last message, so that it is seen wherever the shopper had scrolled to.
 *
 * @param {Root} root
 * @param {Texts} texts
 * @param {Ending} ending
 * @param {() => void} goOn
 */
export function showEnding(root, texts, ending, goOn) {
  const element = elements(root);
  fillWith(root, [
    element(
      Layout,
      {maxInlineSize: NARROW},
      element(
        BlockStack,
        {spacing: 'loose'},
        ending.title ? element(Banner, {status: ending.status, title: ending.title}, ending.text) : null,
        element(Button, {onPress: goOn}, texts.goOn),
      ),
    ),
  ]);
}

/**
 * The blocks of an offer in the order in which they are read.
 *
 * @param {Offer} offer
 * @returns {string[]}
 */
export function orderOf(offer) {
  const named = offer.layout && Array.isArray(offer.layout.blocks) ? offer.layout.blocks : USUAL;
  return named.concat(NEEDED.filter((block) => named.indexOf(block) < 0));
}

/**
 * Lays the blocks out as the merchant chose; an arrangement that is not known is the usual one.
 *
 * @param {Element} element
 * @param {string} name of the arrangement
 * @param {string[]} order
 * @param {Blocks} blocks those that hold nothing are left out
 * @returns {Node}
 */
export function arrange(element, name, order, blocks) {
  const shown = order.filter((block) => blocks[block]);
  const stack = (/** @type {string[]} */ names) => stacked(element, names, blocks);
  const padded = (/** @type {Node} */ content) => element(View, {blockPadding: 'base'}, content);
  const hasPicture = shown.indexOf('picture') >= 0;
  if (name === 'compact' && hasPicture) return element(Layout, {maxInlineSize: NARROW}, padded(besidePicture(element, shown, blocks)));
  if (name === 'compact' || name === 'picture_top' || !hasPicture) {
    return element(Layout, {maxInlineSize: NARROW}, padded(stack(shown)));
  }
  if (name === 'story') return element(Layout, {maxInlineSize: 720}, padded(stack(shown)));
  // The empty middle section is the gap between the halves; on a phone all three stand below each other.
  const halves = [0.48, 0.04, 0.48];
  const columns = {
    maxInlineSize: 960,
    media: [
      {viewportSize: /** @type {const} */ ('small'), sizes: [1, 1, 1]},
      {viewportSize: /** @type {const} */ ('medium'), sizes: halves},
      {viewportSize: /** @type {const} */ ('large'), sizes: halves},
    ],
  };
  return element(
    Layout,
    columns,
    padded(stack(['picture'])),
    element(View, {}),
    padded(stack(shown.filter((block) => block !== 'picture'))),
  );
}

/**
 * A small picture with title and price at its side, on a phone as well.
 *
 * @param {Element} element
 * @param {string[]} shown
 * @param {Blocks} blocks
 * @returns {Node}
 */
function besidePicture(element, shown, blocks) {
  const beside = ['badge', 'title', 'price'];
  const place = shown.findIndex((block) => block === 'picture' || beside.indexOf(block) >= 0);
  const isBeside = (/** @type {string} */ block) => block === 'picture' || beside.indexOf(block) >= 0;
  const words = shown.filter((block) => beside.indexOf(block) >= 0).map((block) => blocks[block] || null);
  const picture = /** @type {Node} */ (blocks.picture);
  const row = sideBySide(element, 0.3, picture, element(BlockStack, {spacing: 'tight'}, ...words));
  const before = shown.slice(0, place);
  return element(
    BlockStack,
    {spacing: 'loose'},
    before.length > 0 && stacked(element, before, blocks),
    row,
    stacked(element, shown.slice(place).filter((block) => !isBeside(block)), blocks),
  );
}

/**
 * @param {Element} element
 * @param {string[]} names
 * @param {Blocks} blocks
 * @returns {Node}
 */
function stacked(element, names, blocks) {
  /** @type {{group: string | undefined, parts: Node[]}[]} */
  const groups = [];
  names.forEach((name, at) => {
    const part = blocks[name];
    // A badge belongs to what it stands above.
    const kin = (name === 'badge' && names[at + 1]) || name;
    const group = GROUPS.find((each) => each.split(' ').indexOf(kin) >= 0);
    const last = groups[groups.length - 1];
    if (!part) return;
    if (group && last && last.group === group) last.parts.push(part);
    else groups.push({group, parts: [part]});
  });
  const parts = groups.map((each) => (each.parts[1] ? element(BlockStack, {spacing: 'tight'}, ...each.parts) : each.parts[0]));
  return element(BlockStack, {spacing: 'loose'}, .../** @type {Node[]} */ (parts));
}
