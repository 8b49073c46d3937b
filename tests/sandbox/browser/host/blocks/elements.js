// The `s-` elements of one target inside the worker: each knows the props, events and methods of the typings and no other.
import {RemoteEvent, createRemoteElement} from '@remote-dom/core/elements';

const TYPES = [['list', Array], ['object', Object], ['boolean', Boolean], ['number', Number]];

/** Defines every tag of `tags`; `complain` hears of what the typings do not promise. */
export function defineElements(tags, complain) {
  for (const [tag, promise] of Object.entries(tags)) customElements.define(tag, elementOf(tag, promise, complain));
}

function elementOf(tag, {props, events, slots, methods}, complain) {
  const heard = new Set(events);
  const Remote = createRemoteElement({
    slots,
    methods,
    properties: Object.fromEntries(Object.entries(props).map(([name, rule]) => [name, {type: typeOf(rule), default: null}])),
    events: Object.fromEntries(events.map((event) => [event, {dispatchEvent: eventOf(event)}])),
  });
  // Not in a subclass: that would not know which attribute stands for which prop, and Preact sets `href` as an attribute.
  const {setAttribute, addEventListener} = Remote.prototype;
  Remote.prototype.setAttribute = function setKnown(name, value) {
    if (!this.constructor.observedAttributes.includes(name)) complain(`${tag} has no prop ${name}`);
    setAttribute.call(this, name, value);
  };
  Remote.prototype.addEventListener = function addKnown(type, ...rest) {
    if (!heard.has(type)) complain(`${tag} has no event ${type}`);
    addEventListener.call(this, type, ...rest);
  };
  return Remote;
}

function typeOf(rule) {
  return TYPES.find(([kind]) => rule.includes(kind))?.[1] ?? String;
}

/** What the page tells of the element is on the element before its listener runs: `event.currentTarget.value` holds. */
function eventOf(type) {
  return function make({props = {}, detail} = {}) {
    for (const [name, value] of Object.entries(props)) this[name] = value;
    return Object.assign(new RemoteEvent(type, {detail}), detail);
  };
}
