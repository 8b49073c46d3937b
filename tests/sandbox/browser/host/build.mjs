// Bundles the workers and the page scripts into ../dist, which git ignores.
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {build} from 'esbuild';

import {readTypings} from './blocks/typings.mjs';
import {readShapes} from './shapes.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const ENTRIES = {
  worker: 'worker.js', checkout: 'checkout.js', post_purchase: 'post_purchase.js', block_worker: 'blocks/worker.js', block: 'blocks/start.js',
};

const READERS = {'shopify-typings': readTypings, 'post-purchase-shapes': readShapes};

const typings = {
  name: 'typings',
  setup(making) {
    making.onResolve({filter: /^(shopify-typings|post-purchase-shapes)$/}, ({path}) => ({path, namespace: 'typings'}));
    making.onLoad({filter: /.*/, namespace: 'typings'}, ({path}) => ({contents: JSON.stringify(READERS[path]()), loader: 'json'}));
  },
};

await build({
  entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(here, path)])),
  outdir: join(here, '..', 'dist'),
  bundle: true,
  format: 'iife',
  target: 'es2022',
  plugins: [typings],
  logLevel: 'warning',
});
