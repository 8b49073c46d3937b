// Keeps the five steps' states fresh while the tour goes on in other tabs.
const EVERY_MILLISECONDS = 2000;

function draw(progress) {
  for (const [key, [done, text]] of Object.entries(progress.states)) {
    const item = document.querySelector(`[data-step="${key}"]`);
    item.dataset.done = String(done);
    item.querySelector('.state .unseen').textContent = done ? 'Done. ' : '';
    const shown = item.querySelector('[data-state]');
    if (shown.textContent !== text) shown.textContent = text;
  }
  const app = document.getElementById('app-state');
  app.dataset.up = String(progress.is_app_up);
  if (app.textContent !== progress.app_state) app.textContent = progress.app_state;
}

setInterval(async () => {
  const answer = await fetch('/sandbox/api/progress').catch(() => null);
  if (answer?.ok) draw(await answer.json());
}, EVERY_MILLISECONDS);
