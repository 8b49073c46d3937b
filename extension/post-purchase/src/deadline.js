/** What a promise of `within` is rejected with when the time is up. */
export const LATE = {late: true};

/**
 * Waits for `work`, but no longer than `ms` milliseconds.
 *
 * @template T
 * @param {number} ms
 * @param {() => T | PromiseLike<T>} work may throw; that rejects the promise too
 * @returns {Promise<T>} rejected with `LATE` when the time is up
 */
export function within(ms, work) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(LATE), ms);
    Promise.resolve()
      .then(work)
      .then(resolve, reject)
      .then(() => clearTimeout(timer));
  });
}
