// The e-mail list and the reader: HTML in a sandboxed frame, text, headers, and the mailbox's unsubscribe button.
import {inZone} from './clock-widget.js';
import {linked} from './phone.js';

const TABS = ['html', 'text', 'headers'];
const by = (id) => document.getElementById(id);

export class Reader {
  constructor(changed) {
    this.changed = changed;
    this.letters = [];
    this.open = null;
    this.tab = 'html';
    TABS.forEach((name, place) => {
      const tab = by(`tab-${name}`);
      tab.addEventListener('click', () => this.show(name));
      tab.addEventListener('keydown', (event) => {
        const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
        if (!step) return;
        const next = TABS[(place + step + TABS.length) % TABS.length];
        this.show(next);
        by(`tab-${next}`).focus();
      });
    });
    by('unsubscribe').addEventListener('click', () => this.unsubscribe());
  }

  close() {
    this.open = null;
  }

  draw(letters) {
    this.letters = [...letters].reverse();
    if (!this.letters.some((letter) => letter.id === this.open)) this.open = this.letters[0]?.id ?? null;
    by('no-letters').hidden = this.letters.length > 0;
    by('letters').replaceChildren(...this.letters.map((letter) => this.item(letter)));
    by('letter').hidden = this.open === null;
    if (this.open !== null) this.drawLetter(this.letters.find((letter) => letter.id === this.open));
  }

  item(letter) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    if (letter.id === this.open) button.setAttribute('aria-current', 'true');
    const subject = document.createElement('strong');
    subject.textContent = letter.subject || 'No subject';
    const when = document.createElement('time');
    when.textContent = inZone(new Date(letter.received_at), {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});
    const from = document.createElement('span');
    from.textContent = letter.sender;
    button.append(subject, when, from);
    button.addEventListener('click', () => {
      this.open = letter.id;
      this.draw([...this.letters].reverse());
    });
    item.append(button);
    return item;
  }

  drawLetter(letter) {
    by('letter-subject').textContent = letter.subject || 'No subject';
    by('letter-from').textContent = `From ${letter.sender}`;
    by('letter-to').textContent = `To ${letter.to}`;
    by('letter-text').replaceChildren(...(letter.text === null ? ['This e-mail has no text part.'] : linked(letter.text)));
    by('letter-headers').textContent = letter.headers;
    const panel = by('panel-html');
    if (panel.dataset.letter !== String(letter.id)) {
      const frame = document.createElement('iframe');
      frame.title = `E-mail: ${letter.subject}`;
      frame.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox');
      frame.src = `/inbox/letters/${letter.id}`;
      panel.replaceChildren(frame);
      panel.dataset.letter = String(letter.id);
      this.tab = letter.has_html ? 'html' : 'text';
    }
    const pressed = letter.calls.filter((call) => call.what === 'unsubscribe').at(-1);
    by('unsubscribe').disabled = letter.unsubscribe_url === null;
    by('unsubscribe-note').textContent = pressed
      ? `Pressed: ${pressed.problem ?? `the app answered ${pressed.answer}`}`
      : letter.unsubscribe_fault ? `No one-click unsubscribe: ${letter.unsubscribe_fault}.` : 'One click, as the mailbox offers it (RFC 8058).';
    this.show(this.tab);
  }

  show(name) {
    this.tab = name;
    for (const each of TABS) {
      const isShown = each === name;
      by(`tab-${each}`).setAttribute('aria-selected', String(isShown));
      by(`tab-${each}`).tabIndex = isShown ? 0 : -1;
      by(`panel-${each}`).hidden = !isShown;
    }
  }

  async unsubscribe() {
    const button = by('unsubscribe');
    button.disabled = true;
    await fetch(`/sandbox/api/messages/email/${this.open}/unsubscribe`, {method: 'POST'});
    await this.changed();
  }
}
