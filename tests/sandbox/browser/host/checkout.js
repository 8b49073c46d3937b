// The checkout page: keeps totals and the extension's answer up to date, and pays.
import {startControls} from './controls.js';
import {reloadWhenRevived} from './going_back.js';
import {Questions} from './should_render.js';

const form = document.querySelector('form[data-checkout]');
const {token, draftUrl, workerUrl, bundleUrl} = form.dataset;
const summaries = document.querySelectorAll('[data-summary]');
const payButton = form.querySelector('[data-pay]');
const network = JSON.parse(form.dataset.network);
const questions = new Questions({checkoutToken: token, workerUrl, bundleUrl, network});
let askedFor = null;
let newest = 0;

async function send(url, extra = {}) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  const response = await fetch(url, {method: 'POST', body, headers: {Accept: 'application/json'}});
  return {ok: response.ok, answer: await response.json()};
}

/** Sends the form as it stands; totals come back, and inputData when the platform would load the extension. */
async function refresh() {
  newest += 1;
  const mine = newest;
  showSections();
  const {ok, answer} = await send(draftUrl, {first_run: askedFor === null ? '1' : ''});
  if (!ok || mine !== newest) return;
  for (const summary of summaries) summary.innerHTML = answer.summary_html;
  for (const total of document.querySelectorAll('[data-total]')) total.textContent = answer.total;
  if (!answer.input_data) {
    askedFor = '';
    questions.withdraw();
    document.documentElement.dataset.shouldRender = 'not_asked';
  } else if (answer.ask_again_on !== askedFor) {
    askedFor = answer.ask_again_on;
    questions.ask(answer.input_data);
  }
}

function showSections() {
  const chosen = new FormData(form);
  for (const section of form.querySelectorAll('[data-only-when]')) {
    const [name, value] = section.dataset.onlyWhen.split('=');
    const isShown = value.split('|').includes(chosen.get(name));
    section.hidden = !isShown;
    for (const field of section.querySelectorAll('input, select')) field.disabled = !isShown;
  }
}

function showErrors(errors) {
  for (const old of form.querySelectorAll('[data-error-for]')) {
    old.hidden = true;
    form.elements[old.dataset.errorFor]?.removeAttribute?.('aria-invalid');
  }
  for (const [name, words] of Object.entries(errors)) {
    const place = form.querySelector(`[data-error-for="${name}"]`) ?? form.querySelector('[data-error-for="payment"]');
    place.textContent = words;
    place.hidden = false;
    form.elements[name]?.setAttribute?.('aria-invalid', 'true');
  }
  form.querySelector('[aria-invalid]')?.focus();
}

async function pay() {
  payButton.disabled = true;
  payButton.setAttribute('aria-busy', 'true');
  try {
    await refresh();
    const report = await questions.latest();
    const {answer} = await send(form.action, {should_render: JSON.stringify(report)});
    if (answer.next) {
      location.assign(answer.next);
      return;
    }
    showErrors(answer.errors ?? {payment: 'The payment could not be taken. Please try again.'});
  } catch {
    showErrors({payment: 'The shop did not answer. Please try again.'});
  }
  payButton.disabled = false;
  payButton.removeAttribute('aria-busy');
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  pay();
});
form.addEventListener('change', refresh);
document.querySelector('[data-apply-code]')?.addEventListener('click', refresh);
startControls({checkoutToken: token});
reloadWhenRevived();
refresh();
