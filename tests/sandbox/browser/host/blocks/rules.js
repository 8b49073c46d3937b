// What is wrong with a node by the typings of its target.
import {reportFault} from '../errors.js';

/** Returns the checks of one target; each prop or slot that the typings do not promise is a fault, told once. */
export function rulesOf(tags) {
  const told = new Set();
  const complain = (message) => {
    if (told.has(message)) return;
    told.add(message);
    reportFault(message);
  };
  return {
    check(node) {
      const promise = tags[node.element];
      if (!promise) {
        complain(`unknown component ${node.element}`);
        return;
      }
      for (const [name, value] of Object.entries(node.properties)) {
        if (value === undefined || value === null || value === false) continue;
        if (!promise.props[name]) complain(`${node.element} has no prop ${name}`);
        else if (!promise.props[name].some((rule) => fits(rule, value))) {
          complain(`${node.element}.${name} cannot be ${JSON.stringify(value) ?? typeof value}`);
        }
      }
      if (promise.isVoid && node.children.some((child) => child.type !== COMMENT)) complain(`${node.element} takes no children`);
    },
    checkSlot(node, slot) {
      if (slot && !tags[node.element]?.slots.includes(slot)) complain(`${node.element} has no slot ${slot}`);
    },
    promises: ({element}) => element in tags,
    missStandin({element}) {
      if (tags[element]) complain(`the sandbox has no stand-in for ${element}`);
    },
    /** Lets a drawing read only what the typings promise: a misspelt name must not go unseen. */
    reading(node) {
      return new Proxy(node.properties, {
        has: (_, name) => name in tags[node.element].props,
        get(properties, name) {
          if (typeof name === 'string' && !(name in tags[node.element].props)) complain(`the stand-in of ${node.element} reads ${name}`);
          return properties[name] ?? undefined;
        },
      });
    },
  };
}

const COMMENT = 8;

function fits(rule, value) {
  if (rule.startsWith('=')) return typeof value !== 'boolean' && String(value) === rule.slice(1);
  if (rule.startsWith('~')) return new RegExp(`^(?:${rule.slice(1)})$`).test(String(value));
  if (rule === 'list') return Array.isArray(value);
  return typeof value === rule;
}
