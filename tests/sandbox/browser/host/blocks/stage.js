// Keeps a DOM tree equal to the block's remote tree. Elements live as long as their node, so that focus survives updates.
import {standins} from '../standins/index.js';
import {makeOverlays} from './overlays.js';

const [ELEMENT, TEXT] = [1, 3];
const FIRST_HEADING_LEVEL = 2; // the page's own title is the h1

/** Draws the receiver's root into `container` by `rules` and follows every later change. */
export function drawRoot(receiver, container, rules) {
  const context = {receiver, rules, overlays: makeOverlays(container), headingLevel: FIRST_HEADING_LEVEL};
  const branches = new Map();
  const follow = () => placeChildren(receiver.root, {default: container}, branches, context);
  receiver.subscribe(receiver.root, follow);
  follow();
}

function grow(node, context) {
  if (node.type === ELEMENT) return growElement(node, context);
  const dom = node.type === TEXT ? document.createTextNode(node.data) : document.createComment('');
  const stopping = new AbortController();
  context.receiver.subscribe(
    node,
    (next) => {
      dom.data = next.data;
    },
    {signal: stopping.signal},
  );
  return {dom: () => dom, stop: () => stopping.abort()};
}

function growElement(node, context) {
  const {receiver, rules} = context;
  const standin = rules.promises(node) ? standins[node.element] : undefined;
  const branches = new Map();
  const stopping = new AbortController();
  const props = standin && rules.reading(node);
  const inner = {...context, headingLevel: context.headingLevel + (standin?.deepensHeadings ? 1 : 0)};
  const own = {
    ...inner,
    props,
    node,
    signal: stopping.signal,
    headingLevel: context.headingLevel,
    /** Tells the block of an event, with what the element's props are now. */
    tell: (event, told) => node.eventListeners[event]?.(told ?? {}),
    command: () => context.overlays.command(props),
  };
  let part;

  function follow() {
    rules.check(node);
    if (!standin) return rules.missStandin(node);
    const shape = standin.shape?.(props) ?? '';
    if (part?.shape !== shape) replacePart(shape);
    standin.update(part, props, own);
    const slots = {default: part.slot, ...part.slots};
    placeChildren(node, slots, branches, inner);
    for (const [name, place] of Object.entries(part.slots ?? {})) place.toggleAttribute('data-filled', has(node, name));
    standin.arrange?.(part, props, own);
  }

  function replacePart(shape) {
    const fresh = {...standin.create(props, own), shape};
    fresh.slot ??= fresh.element;
    if (part) {
      fresh.slot.append(...part.slot.childNodes);
      part.element.replaceWith(fresh.element);
    }
    part = fresh;
    receiver.implement(node, part.methods);
  }

  follow();
  receiver.subscribe(node, follow, {signal: stopping.signal});
  const gap = document.createComment(`no stand-in for ${node.element}`);
  return {
    dom: () => part?.element ?? gap,
    stop() {
      stopping.abort();
      receiver.implement(node, undefined);
      for (const branch of branches.values()) branch.stop();
    },
  };
}

function has(node, slot) {
  return node.children.some((child) => child.type === ELEMENT && child.attributes.slot === slot);
}

function placeChildren(node, slots, branches, context) {
  const wanted = new Set(node.children.map((child) => child.id));
  for (const [id, branch] of branches) {
    if (wanted.has(id)) continue;
    branch.stop();
    branch.dom().remove();
    branches.delete(id);
  }
  const last = new Map();
  for (const child of node.children) {
    const name = child.type === ELEMENT ? child.attributes.slot : undefined;
    if (node.element) context.rules.checkSlot(node, name);
    const slot = slots[name] ?? slots.default;
    if (!branches.has(child.id)) branches.set(child.id, grow(child, context));
    const dom = branches.get(child.id).dom();
    const place = last.has(slot) ? last.get(slot).nextSibling : slot.firstChild;
    if (dom !== place) slot.insertBefore(dom, place);
    last.set(slot, dom);
  }
}
