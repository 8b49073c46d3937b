// Draws a person's SMS as bubbles; links in them can be clicked, and failures are said under them.
import {inZone} from './clock-widget.js';

const LINK = /https?:\/\/[^\s<>"']+/g;
const FAILED = new Set(['failed', 'undelivered']);

export function linked(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const url = match[0].replace(/[.,;:!?)]+$/, '');
    parts.push(text.slice(from, match.index));
    const link = document.createElement('a');
    link.href = url;
    link.textContent = url;
    link.target = '_blank';
    link.rel = 'noopener';
    parts.push(link);
    from = match.index + url.length;
  }
  parts.push(text.slice(from));
  return parts;
}

function note(sms) {
  const at = inZone(new Date(sms.created_at), {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});
  const parts = [at];
  if (sms.direction === 'inbound') {
    const inbound = sms.calls.find((call) => call.what === 'inbound');
    if (inbound) parts.push(inbound.problem ? `Afters did not take it (${inbound.problem})` : 'Afters was told');
    return parts.join(' · ');
  }
  if (sms.direction === 'outbound-reply') return [...parts, 'answered by Twilio'].join(' · ');
  parts.push(sms.error_code ? `${sms.status} (${sms.error_code})` : sms.status);
  if (sms.segments) parts.push(sms.segments === 1 ? '1 segment' : `${sms.segments} segments`);
  if (sms.encoding === 'UCS-2') parts.push('UCS-2');
  const deaf = sms.calls.filter((call) => call.problem);
  if (deaf.length) parts.push(`callback: ${deaf.at(-1).problem}`);
  return parts.join(' · ');
}

function bubble(sms) {
  const item = document.createElement('div');
  item.className = `bubble ${sms.direction === 'inbound' ? 'mine' : 'theirs'}${FAILED.has(sms.status) ? ' lost' : ''}`;
  const words = document.createElement('p');
  words.append(...linked(sms.body));
  const small = document.createElement('small');
  small.textContent = note(sms);
  item.append(words, small);
  return item;
}

export function drawBubbles(box, person) {
  const wasAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  if (!person.sms.length) {
    const empty = document.createElement('p');
    empty.className = 'empty small';
    empty.textContent = person.phones.length ? 'No SMS yet.' : '';
    box.replaceChildren(empty);
    return;
  }
  box.replaceChildren(...person.sms.map(bubble));
  if (wasAtEnd || box.dataset.who !== person.phones[0]) box.scrollTop = box.scrollHeight;
  box.dataset.who = person.phones[0];
}
