// Keeps the five steps' states fresh while the tour goes on in other tabs.
const EVERY_MILLISECONDS = 2000;

const STATES = {
  install: (p) => [p.is_installed, p.installation],
  buy: (p) => [p.orders > 0, `${p.orders} bought here, ${p.orders_today} of them today.`],
  accept: (p) => [p.accepted > 0, `${p.accepted} accepted.`],
  messages: (p) => [p.sms + p.emails > 0, `${p.sms} SMS, ${p.emails} e-mails.`],
  why: (p) => [false, p.last_order ? `Last order here: ${p.last_order}` : 'No order to read about yet.'],
};

function draw(progress) {
  for (const [key, state] of Object.entries(STATES)) {
    const [done, text] = state(progress);
    const item = document.querySelector(`[data-step="${key}"]`);
    item.dataset.done = String(done);
    item.querySelector('.state .unseen').textContent = done ? 'Done. ' : '';
    const shown = item.querySelector('[data-state]');
    if (shown.textContent !== text) shown.textContent = text;
  }
  const app = document.getElementById('app-state');
  app.dataset.up = String(progress.is_app_up);
  app.textContent = progress.is_app_up ? 'Afters is running.' : 'Afters is not answering yet.';
}

setInterval(async () => {
  const answer = await fetch('/sandbox/api/progress').catch(() => null);
  if (answer?.ok) draw(await answer.json());
}, EVERY_MILLISECONDS);
