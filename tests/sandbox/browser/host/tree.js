// Keeps a DOM tree equal to the extension's remote tree. Elements live as long as their component, so focus survives updates.
import {complaints} from './components.js';
import {drawings} from './drawings/index.js';
import {reportFault} from './errors.js';

const KIND_TEXT = 2;
const FIRST_HEADING_LEVEL = 2; // the page's own title is the h1

/** Draws the receiver's root into `container` and follows every later change. */
export function drawRoot(receiver, container) {
  const root = receiver.attached.root;
  const branches = new Map();
  const context = {receiver, headingLevel: FIRST_HEADING_LEVEL};
  const follow = () => placeChildren(root.children, container, branches, context);
  receiver.attached.subscribe(root, follow);
  follow();
}

function grow(node, context) {
  return node.kind === KIND_TEXT ? growText(node, context) : growComponent(node, context);
}

function growText(node, {receiver}) {
  const dom = document.createTextNode(node.text);
  const stop = receiver.attached.subscribe(node, (next) => {
    dom.data = next.text;
  });
  return {dom: () => dom, stop};
}

function growComponent(node, context) {
  const {receiver} = context;
  const drawing = drawings[node.type];
  const branches = new Map();
  const inner = drawing?.deepensHeadings ? {...context, headingLevel: context.headingLevel + 1} : context;
  let part;

  function follow(next) {
    for (const complaint of complaints(next.type, next.props)) reportFault(complaint);
    if (!drawing) return;
    const shape = drawing.shape?.(next.props) ?? '';
    if (part?.shape !== shape) replacePart(next.props, shape);
    drawing.update(part, next.props);
    placeChildren(next.children, part.slot, branches, inner);
    drawing.arrange?.(part, next.props);
  }

  function replacePart(props, shape) {
    const fresh = {...drawing.create(props, {...context, current: () => node.props}), shape};
    fresh.slot ??= fresh.element;
    if (part) {
      fresh.slot.append(...part.slot.childNodes);
      part.element.replaceWith(fresh.element);
    }
    part = fresh;
  }

  follow(node);
  if (!part) {
    const gap = document.createComment(`unknown component ${node.type}`);
    return {dom: () => gap, stop() {}};
  }
  const unsubscribe = receiver.attached.subscribe(node, follow);
  return {
    dom: () => part.element,
    stop() {
      unsubscribe();
      for (const branch of branches.values()) branch.stop();
    },
  };
}

function placeChildren(children, slot, branches, context) {
  const wanted = new Set(children.map((child) => child.id));
  for (const [id, branch] of branches) {
    if (wanted.has(id)) continue;
    branch.stop();
    branch.dom().remove();
    branches.delete(id);
  }
  let previous = null;
  for (const child of children) {
    if (!branches.has(child.id)) branches.set(child.id, grow(child, context));
    const dom = branches.get(child.id).dom();
    const place = previous ? previous.nextSibling : slot.firstChild;
    if (dom !== place) slot.insertBefore(dom, place);
    previous = dom;
  }
}
