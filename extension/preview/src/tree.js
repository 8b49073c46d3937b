import {drawings} from './drawings/index.js';

/** @import {Drawing, Part} from './drawings/element.js' */

const TEXT = 2;
const FIRST_LEVEL = 1;

/**
 * @typedef {object} Branch
 * @property {() => Node} dom
 * @property {() => void} stop
 */

/**
 * Keeps what stands in `place` equal to the receiver's tree. An element lives as long as its component, so that focus
 * and what was typed survive every update.
 *
 * @param {any} receiver
 * @param {HTMLElement} place
 * @param {(error: unknown) => void} fail hears of handlers that reject, and of components that are not drawn
 */
export function drawRoot(receiver, place, fail) {
  const {root} = receiver.attached;
  const branches = new Map();
  const context = {attached: receiver.attached, level: FIRST_LEVEL, fail};
  const follow = () => arrange(root.children, place, branches, context);
  receiver.attached.subscribe(root, follow);
  follow();
}

/** @typedef {{attached: any, level: number, fail: (error: unknown) => void}} Context */

/**
 * @param {any} node
 * @param {Context} context
 * @returns {Branch}
 */
function grow(node, context) {
  if (node.kind === TEXT) {
    const words = document.createTextNode(node.text);
    const stop = context.attached.subscribe(node, (/** @type {any} */ next) => {
      words.data = next.text;
    });
    return {dom: () => words, stop};
  }
  const drawing = /** @type {Record<string, Drawing>} */ (drawings)[node.type];
  if (!drawing) {
    context.fail(new Error(`the preview cannot draw ${node.type}`));
    const gap = document.createComment(node.type);
    return {dom: () => gap, stop() {}};
  }
  return growPart(node, drawing, context);
}

/**
 * @param {any} node
 * @param {Drawing} drawing
 * @param {Context} context
 * @returns {Branch}
 */
function growPart(node, drawing, context) {
  const branches = new Map();
  const inner = drawing.deepens ? {...context, level: context.level + 1} : context;
  const host = {
    level: context.level,
    current: () => node.props,
    call: (/** @type {((...values: unknown[]) => unknown) | undefined} */ handler, /** @type {unknown[]} */ ...values) => {
      // The event stays here: it cannot cross into the worker.
      if (handler) Promise.resolve(handler(...values)).catch(context.fail);
    },
  };
  /** @type {Part & {tag: string}} */
  let part;

  const follow = (/** @type {any} */ next) => {
    const tag = typeof drawing.tag === 'function' ? drawing.tag(next.props, host) : drawing.tag;
    if (!part || part.tag !== tag) replace(tag);
    drawing.update(part, next.props);
    arrange(next.children, part.slot, branches, inner);
    drawing.settle?.(part, next.props);
  };

  const replace = (/** @type {string} */ tag) => {
    const fresh = {...drawing.make(tag, host), tag};
    if (part) {
      fresh.slot.append(...part.slot.childNodes);
      part.element.replaceWith(fresh.element);
    }
    part = fresh;
  };

  follow(node);
  const unsubscribe = context.attached.subscribe(node, follow);
  return {
    dom: () => part.element,
    stop() {
      unsubscribe();
      for (const branch of branches.values()) branch.stop();
    },
  };
}

/**
 * @param {any[]} children
 * @param {HTMLElement} slot
 * @param {Map<string, Branch>} branches
 * @param {Context} context
 */
function arrange(children, slot, branches, context) {
  const wanted = new Set(children.map(({id}) => id));
  for (const [id, branch] of branches) {
    if (wanted.has(id)) continue;
    branch.stop();
    slot.removeChild(branch.dom());
    branches.delete(id);
  }
  /** @type {Node | null} */
  let previous = null;
  for (const child of children) {
    const branch = branches.get(child.id) ?? grow(child, context);
    branches.set(child.id, branch);
    const dom = branch.dom();
    /** @type {Node | null} */
    const place = previous ? previous.nextSibling : slot.firstChild;
    if (dom !== place) slot.insertBefore(dom, place);
    previous = dom;
  }
}
