// Builds the preview into server/static/preview, where the server finds it: the stage, its worker, and the one-click
// page's own bundle beside them. Names hold what is in the files, so that a browser may keep them; manifest.json lists them.
import {createHash} from 'node:crypto';
import {mkdir, rm, writeFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

import {bundle} from '../../post-purchase/scripts/build.mjs';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the bundle would ask Afters; in the preview its questions go to the stage, whatever the host. */
const NOWHERE = 'https://preview.invalid';

/** @param {string} name @returns {Promise<string>} */
export async function script(name) {
  const made = await build({
    entryPoints: [resolve(folder, 'src', name)],
    bundle: true,
    format: 'iife',
    legalComments: 'none',
    minify: true,
    target: 'es2020',
    write: false,
    logLevel: 'warning',
  });
  return made.outputFiles[0]?.text ?? '';
}

/**
 * @param {string} target folder, emptied first
 * @returns {Promise<Record<string, string>>} the names of the files by what they are
 */
export async function write(target) {
  const parts = {
    'stage.js': await script('stage.js'),
    'worker.js': await script('worker.js'),
    'stage.css': await script('stage.css'),
    'page.js': await bundle({appUrl: NOWHERE}),
  };
  await rm(target, {recursive: true, force: true});
  await mkdir(target, {recursive: true});
  /** @type {Record<string, string>} */
  const names = {};
  for (const [name, text] of Object.entries(parts)) {
    const mark = createHash('sha256').update(text).digest('hex').slice(0, 12);
    names[name] = name.replace('.', `-${mark}.`);
    await writeFile(resolve(target, names[name]), text);
  }
  // Last, so that a build which was broken off counts as none.
  await writeFile(resolve(target, 'manifest.json'), `${JSON.stringify(names, null, 2)}\n`);
  return names;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = resolve(process.env.OUT_DIR || resolve(folder, '../../server/static/preview'));
  const names = await write(target);
  process.stdout.write(`${target}: ${Object.values(names).join(', ')}\n`);
}
