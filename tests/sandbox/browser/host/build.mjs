// Bundles the worker and the two page scripts into ../dist, which git ignores.
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

await build({
  entryPoints: ['worker.js', 'checkout.js', 'post_purchase.js'].map((name) => join(here, name)),
  outdir: join(here, '..', 'dist'),
  bundle: true,
  format: 'iife',
  target: 'es2022',
  logLevel: 'warning',
});
