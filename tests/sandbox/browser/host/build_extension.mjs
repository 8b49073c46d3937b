// Bundles an extension of one file as Shopify's command line does, with the packages of this folder and nothing else:
//   node host/build_extension.mjs block|post_purchase SOURCE OUT
// A block's default export is registered for both targets; a post-purchase source registers itself.
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

import {build} from 'esbuild';

const packages = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules');
const [kind, source, out] = process.argv.slice(2);
const from = JSON.stringify(resolve(source));
const TARGETS = ['purchase.thank-you.block.render', 'customer-account.order-status.block.render'];
const registered = TARGETS.map((target) => `shopify.extend('${target}', (...args) => run(...args));`).join('\n');

await build({
  stdin: {
    contents: kind === 'block' ? `import run from ${from};\n${registered}` : `import ${from};`,
    resolveDir: dirname(resolve(source)),
  },
  outfile: out,
  bundle: true,
  format: 'iife',
  target: 'es6',
  minify: true,
  jsx: kind === 'block' ? 'automatic' : 'transform',
  jsxImportSource: kind === 'block' ? 'preact' : undefined,
  define: {'process.env.NODE_ENV': '"production"', 'process.env.ORIGIN': JSON.stringify(process.env.ORIGIN ?? '')},
  nodePaths: [packages],
  tsconfigRaw: '{}', // a tsconfig.json beside the source is the type checker's
  logLevel: 'warning',
});
