// The phone and inbox page: asks for the people every two seconds and redraws only when something changed.
import {inZone} from './clock-widget.js';
import {drawBubbles} from './phone.js';
import {Reader} from './letters.js';

const EVERY_MILLISECONDS = 2000;
const by = (id) => document.getElementById(id);

let people = [];
let revision = null;
let chosen = new URLSearchParams(location.search).get('who');
const reader = new Reader(refresh);

const addresses = (person) => [...person.phones, ...person.emails];
const key = (person) => person.phones[0] ?? person.emails[0];
const current = () => people.find((person) => addresses(person).includes(chosen)) ?? people[0];

function lastWords(person) {
  const all = [
    ...person.sms.map((sms) => [sms.created_at, sms.body]),
    ...person.letters.map((letter) => [letter.received_at, letter.subject]),
    ...person.refused.map((row) => [row.refused_at, `Not taken: ${row.words}`]),
  ];
  all.sort((one, other) => one[0].localeCompare(other[0]));
  return all.at(-1) ?? ['', ''];
}

function personItem(person, isCurrent) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  if (isCurrent) button.setAttribute('aria-current', 'true');
  const name = document.createElement('strong');
  name.textContent = person.name ?? key(person);
  const [at, words] = lastWords(person);
  const when = document.createElement('time');
  when.textContent = at ? inZone(new Date(at), {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'}) : '';
  const snippet = document.createElement('span');
  snippet.textContent = words;
  button.append(name, snippet, when);
  button.addEventListener('click', () => choose(person));
  item.append(button);
  return item;
}

function choose(person) {
  chosen = key(person);
  history.replaceState(null, '', `?who=${encodeURIComponent(chosen)}${location.hash}`);
  reader.close();
  draw();
}

function drawRefusals(person) {
  by('refused').hidden = person.refused.length === 0;
  by('refusals').replaceChildren(...person.refused.map((row) => {
    const item = document.createElement('li');
    const when = inZone(new Date(row.refused_at), {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});
    item.textContent = `${when}, ${row.vendor === 'smtp' ? 'mailbox' : 'Twilio'} ${row.code}: ${row.words} (${row.recipient})`;
    return item;
  }));
}

function draw() {
  by('nobody').hidden = people.length > 0;
  by('desk').hidden = people.length === 0;
  if (!people.length) return;
  const person = current();
  const focused = document.activeElement?.closest('#people li');
  const place = focused ? [...by('people').children].indexOf(focused) : -1;
  by('people').replaceChildren(...people.map((each) => personItem(each, each === person)));
  if (place >= 0) by('people').children[place]?.querySelector('button').focus();
  by('phone-name').textContent = person.name ?? (person.phones.length ? 'Unknown' : person.emails[0]);
  by('phone-number').textContent = person.phones.join(', ');
  by('opted-out').hidden = person.opted_out.length === 0;
  by('no-phone').hidden = person.phones.length > 0;
  by('reply').hidden = person.phones.length === 0;
  by('bubbles').hidden = person.phones.length === 0;
  drawBubbles(by('bubbles'), person);
  reader.draw(person.letters);
  drawRefusals(person);
}

async function refresh() {
  const answer = await fetch('/inbox/people').catch(() => null);
  if (!answer?.ok) return;
  const found = await answer.json();
  if (found.revision === revision) return;
  revision = found.revision;
  people = found.people;
  draw();
}

async function text(body) {
  const phone = current().phones[0];
  const answer = await fetch('/sandbox/api/phone', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({from: phone, body}),
  });
  by('trouble-note').textContent = answer.ok ? '' : `The text was not sent: ${(await answer.json()).error}`;
  await refresh();
}

by('reply').addEventListener('submit', async (event) => {
  event.preventDefault();
  const field = by('reply-body');
  await text(field.value);
  field.value = '';
  field.focus();
});
for (const button of document.querySelectorAll('[data-word]')) {
  button.addEventListener('click', () => text(button.dataset.word));
}
if (location.hash === '#trouble') by('trouble').open = true;
await refresh();
setInterval(refresh, EVERY_MILLISECONDS);
