import {expect} from 'vitest';

/**
 * Lets what is under way go on until something is true.
 *
 * @param {() => boolean} isTrue
 */
export async function until(isTrue) {
  for (let turn = 0; !isTrue() && turn < 1000; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
  expect(isTrue()).toBe(true);
}
