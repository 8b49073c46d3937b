import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {afterEach, beforeEach, expect, test} from 'vitest';

import {bundle} from '../../post-purchase/scripts/build.mjs';
import {write} from '../scripts/build.mjs';

/** @type {string} */
let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'preview-'));
});
afterEach(() => rmSync(folder, {recursive: true}));

test('the page is the bundle that the checkout gets, and every file is named by what is in it', async () => {
  const target = join(folder, 'built');
  const names = await write(target);
  expect(Object.keys(names).sort()).toEqual(['page.js', 'stage.css', 'stage.js', 'worker.js']);
  expect(JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8'))).toEqual(names);
  const page = readFileSync(join(target, names['page.js'] ?? ''), 'utf8');
  expect(page).toBe(await bundle({appUrl: 'https://preview.invalid'}));
  expect(page.replaceAll('https://preview.invalid', 'https://afters.test')).toBe(await bundle({appUrl: 'https://afters.test'}));
});

test('an older build leaves nothing behind', async () => {
  writeFileSync(join(folder, 'page-000000000000.js'), '');
  const names = await write(folder);
  expect(existsSync(join(folder, 'page-000000000000.js'))).toBe(false);
  expect(readdirSync(folder).sort()).toEqual([...Object.values(names), 'manifest.json'].sort());
  expect(await write(folder)).toEqual(names);
});
