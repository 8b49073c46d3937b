// Runs inside the Web Worker: loads the bundle of a block, draws one of its targets over remote-dom.
import {importBundle, messenger, nativeFetch, onFault} from './native.js'; // first: it keeps what the polyfill replaces
import '@remote-dom/core/polyfill';
import {ThreadWebWorker} from '@quilted/threads';
import {BatchingRemoteConnection, connectRemoteNode, setRemoteId} from '@remote-dom/core/elements';
import TYPINGS from 'shopify-typings';

import {narrow} from '../globals.js';
import {makeFetch} from '../network.js';
import {guard, makeApi} from './api.js';
import {defineElements} from './elements.js';

// A block may use the web's plain tools and the document that is drawn elsewhere; no window to open, no storage, no other worker.
const BLOCK_NAMES = [
  'document', 'customElements', 'Node', 'Element', 'HTMLElement', 'SVGElement', 'Text', 'Comment', 'DocumentFragment',
  'HTMLTemplateElement', 'MutationObserver', 'Event', 'EventTarget', 'CustomEvent', 'ErrorEvent', 'ToggleEvent', 'FocusEvent',
  'addEventListener', 'removeEventListener', 'dispatchEvent', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'crypto',
  'performance', 'queueMicrotask', 'structuredClone', 'atob', 'btoa',
];

const targets = new Map();
const line = {isGranted: true, weather: null};
let Signal;
let change = null;

const thread = new ThreadWebWorker(messenger, {exports: {load, render, setWeather, setValue}});
const complain = (message) => thread.imports.report(message);
onFault(complain);

narrow(self, BLOCK_NAMES);
self.fetch = makeFetch(nativeFetch, line);
self.shopify = {
  extend(target, run) {
    targets.set(target, run);
  },
  reload() {},
  setSignals(given) {
    Signal = given;
  },
};

/** Loads the bundle; returns the targets that it registered. */
function load(url) {
  importBundle(url);
  return [...targets.keys()];
}

/** Runs a target into `connection`; `calls` are the platform's functions, on the page. */
async function render(target, connection, {values, texts, network}, calls) {
  const run = targets.get(target);
  if (!run) throw new Error(`the bundle registered nothing for ${target}`);
  Object.assign(line, network);
  const {tags, api: promised} = TYPINGS[target];
  defineElements(tags, complain);
  const made = makeApi({values, calls, texts, Signal, complain});
  change = made.change;
  self.shopify = guard({...self.shopify, ...made.api}, promised, complain);
  setRemoteId(document.body, '~');
  connectRemoteNode(document.body, new BatchingRemoteConnection(connection));
  await run(self.shopify);
  made.api.extension.rendered.value = true;
}

function setWeather(weather) {
  line.weather = weather;
}

function setValue(name, value) {
  change(name, value);
}
