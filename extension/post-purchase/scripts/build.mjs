// Makes the bundle the Shopify CLI would make, with the options of its bundler, for the sandbox, the tests and the size check.
// Environment: APP_URL, the app's origin (the demo's by default); OUT_FILE, where to write (dist/index.js by default).
import {dirname, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @param {{appUrl: string, outFile?: string}} options without `outFile` nothing is written
 * @returns {Promise<string>} the bundle, empty when it was written
 */
export async function bundle({appUrl, outFile}) {
  const result = await build({
    stdin: {contents: "import './src/index.js';", resolveDir: folder},
    bundle: true,
    define: {'process.env.NODE_ENV': '"production"', 'process.env.APP_URL': JSON.stringify(appUrl)},
    format: 'iife',
    jsx: 'automatic',
    legalComments: 'none',
    loader: {'.esnext': 'ts', '.js': 'jsx'},
    minify: true,
    outfile: outFile ?? resolve(folder, 'dist/index.js'),
    resolveExtensions: ['.tsx', '.ts', '.js', '.json', '.esnext', '.mjs', '.ejs'],
    target: 'es6',
    write: Boolean(outFile),
    logLevel: 'warning',
  });
  return result.outputFiles?.[0]?.text ?? '';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const appUrl = process.env.APP_URL || 'http://127.0.0.1:4601';
  const outFile = resolve(process.env.OUT_FILE || resolve(folder, 'dist/index.js'));
  await bundle({appUrl, outFile});
  process.stdout.write(`${outFile} asks ${appUrl}\n`);
}
