// Entry of the stage: a page of its own inside the merchant's, without an origin and without the network.
import {play} from './play.js';

/** @import {Show} from './checkout.js' */
/** @import {Told} from './play.js' */

const {worker: workerPath = '', bundle: bundlePath = ''} = document.body.dataset;
const place = /** @type {HTMLElement} */ (document.querySelector('[data-place]'));
const strip = /** @type {HTMLElement} */ (document.querySelector('[data-strip]'));
const NOTE = 'Preview: nothing is charged';
const RIGHT_TO_LEFT = /^(ar|ckb|dv|fa|he|ku|ps|sd|ug|ur|yi)\b/i;

const absolute = (/** @type {string} */ path) => JSON.stringify(new URL(path, location.href).href);

/** A page without an origin may start no worker from an address, only from a script that it wrote itself. */
function startWorker() {
  const source = `importScripts(${absolute(workerPath)}, ${absolute(bundlePath)});`;
  const url = URL.createObjectURL(new Blob([source], {type: 'text/javascript'}));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  return worker;
}

/** @param {object} message */
function post(message) {
  // The page around is the app's own: the headers of this one let nobody else frame it.
  window.parent.postMessage({preview: true, ...message}, location.origin);
}

/** @param {Told} told */
function tell(told) {
  if (told.kind === 'charged') {
    const price = new Intl.NumberFormat('en', {style: 'currency', currency: told.currency}).format(Number(told.amount));
    strip.textContent = `In the real page this would charge ${price}`;
    window.scrollTo(0, 0);
    post({kind: 'charged', price});
    return;
  }
  if (told.kind === 'left') {
    const note = document.createElement('p');
    note.className = 'the-end';
    note.textContent = 'Here the shopper goes on to the order confirmation.';
    place.replaceChildren(note);
  }
  if (told.kind === 'fault') place.replaceChildren();
  post(told);
}

let stop = () => {};

window.addEventListener('message', ({source, data}) => {
  if (source !== window.parent || !data || data.kind !== 'show') return;
  const show = /** @type {Show} */ (data);
  stop();
  strip.textContent = NOTE;
  place.lang = show.locale;
  place.dir = RIGHT_TO_LEFT.test(show.locale) ? 'rtl' : 'ltr';
  stop = play(show, {place, startWorker, tell});
});

post({kind: 'ready'});
