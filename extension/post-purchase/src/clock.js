/**
 * Counts down what is left of an offer; the shopper's clock only measures the time that passes.
 *
 * @param {number} seconds
 * @param {(left: string) => void} show gets "4:59", at once and each second
 * @param {() => void} end called once the time is up
 * @returns {() => void} stops it
 */
export function startClock(seconds, show, end) {
  const endsAt = Date.now() + seconds * 1000;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;

  function tick() {
    // A page in the background ticks late or not at all: what is left is worked out anew each time.
    const left = Math.ceil((endsAt - Date.now()) / 1000);
    if (left <= 0) {
      end();
      return;
    }
    show(`${Math.floor(left / 60)}:${`0${left % 60}`.slice(-2)}`);
    timer = setTimeout(tick, 1000);
  }

  tick();
  return () => clearTimeout(timer);
}
