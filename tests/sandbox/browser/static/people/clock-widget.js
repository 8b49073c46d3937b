// <sandbox-clock>: the sandbox's time, with a link to the page that moves it. Any page of the sandbox may carry it.
const ZONE = 'Europe/London';
const ASK_MILLISECONDS = 5000;

let ahead = 0; // milliseconds between the sandbox's time and this machine's

export const now = () => new Date(Date.now() + ahead);

export const inZone = (date, options) => new Intl.DateTimeFormat('en-GB', {timeZone: ZONE, ...options}).format(date);

export function learn(reading) {
  ahead = Date.parse(reading.now) - Date.now();
  document.dispatchEvent(new CustomEvent('sandbox-clock', {detail: reading}));
}

export async function ask() {
  const answer = await fetch('/sandbox/api/clock');
  if (answer.ok) learn(await answer.json());
}

class SandboxClock extends HTMLElement {
  connectedCallback() {
    const link = document.createElement('a');
    link.href = '/clock';
    link.title = 'Time in the shop; click to move the clock';
    const label = document.createElement('span');
    label.className = 'unseen';
    label.textContent = 'Time in the shop: ';
    this.text = document.createElement('time');
    link.append(label, this.text);
    this.replaceChildren(link);
    this.draw();
    this.ticking = setInterval(() => this.draw(), 1000);
    this.asking = setInterval(() => ask().catch(() => {}), ASK_MILLISECONDS);
    this.drawn = () => this.draw();
    document.addEventListener('sandbox-clock', this.drawn);
    ask().catch(() => {});
  }

  disconnectedCallback() {
    clearInterval(this.ticking);
    clearInterval(this.asking);
    document.removeEventListener('sandbox-clock', this.drawn);
  }

  draw() {
    const date = now();
    this.text.dateTime = date.toISOString();
    this.text.textContent = inZone(date, {weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});
  }
}

customElements.define('sandbox-clock', SandboxClock);
