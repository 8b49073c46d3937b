import {inZone, learn, now} from './clock-widget.js';

const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
const time = document.getElementById('time');
const date = document.getElementById('date');
const offset = document.getElementById('offset');
const answer = document.getElementById('answer');

function inWords(seconds) {
  let left = Math.round(seconds);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.join(', ');
}

function draw() {
  const moment = now();
  time.textContent = inZone(moment, {hour: '2-digit', minute: '2-digit', second: '2-digit'});
  date.textContent = `${inZone(moment, {weekday: 'long', day: 'numeric', month: 'long', year: 'numeric'})}, London`;
}

function drawOffset(seconds) {
  offset.textContent = seconds >= 1 ? `${inWords(seconds)} ahead of real time` : 'Running on real time';
}

async function move(body, said) {
  answer.textContent = '';
  const response = await fetch('/sandbox/api/clock', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(body),
  });
  const reading = await response.json();
  if (!response.ok) {
    answer.textContent = reading.error;
    return;
  }
  learn(reading);
  answer.textContent = said;
}

document.addEventListener('sandbox-clock', (event) => {
  drawOffset(event.detail.offset_seconds);
  draw();
});
for (const button of document.querySelectorAll('[data-move]')) {
  const label = button.textContent.replace('+', '').trim();
  button.addEventListener('click', () => move({move_seconds: Number(button.dataset.move)}, `Moved forward by ${label}.`));
}
const morning = document.querySelector('[data-move-to]');
morning.addEventListener('click', () => move({move_to: morning.dataset.moveTo}, `Moved forward to ${morning.dataset.moveTo}.`));
document.querySelector('[data-reset]').addEventListener('click', () => move({reset: true}, 'Back on real time.'));

learn({now: time.dataset.now, offset_seconds: Number(offset.dataset.offset)});
setInterval(draw, 1000);
