// Makes the bundle the Shopify CLI would make, with the options of its bundler, for the sandbox, the tests and the size check.
// Environment: APP_URL, the app's origin (the demo's by default); OUT_FILE, where to write (dist/<handle>.js by default).
import {readFileSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {parse} from 'smol-toml';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {any} */
const configuration = parse(readFileSync(resolve(folder, 'shopify.extension.toml'), 'utf8'));
/** @type {{handle: string, targeting: {target: string, module: string}[]}} */
const extension = configuration.extensions[0];

const outFileByDefault = resolve(folder, 'dist', `${extension.handle}.js`);

/**
 * The CLI puts all targets of an extension into one file and registers each module's default export itself.
 *
 * @param {{appUrl: string, outFile?: string}} options without `outFile` nothing is written
 * @returns {Promise<string>} the bundle, empty when it was written
 */
export async function bundle({appUrl, outFile}) {
  const entry = extension.targeting.map(
    ({target, module}, number) =>
      `import Target_${number} from '${module}';shopify.extend('${target}', (...args) => Target_${number}(...args));`,
  );
  const result = await build({
    stdin: {contents: entry.join('\n'), resolveDir: folder},
    bundle: true,
    define: {'process.env.NODE_ENV': '"production"', 'process.env.APP_URL': JSON.stringify(appUrl)},
    // Where JSX comes from stands in tsconfig.json, which the bundler reads.
    jsx: 'automatic',
    legalComments: 'none',
    loader: {'.esnext': 'ts', '.js': 'jsx'},
    minify: true,
    outfile: outFile ?? outFileByDefault,
    resolveExtensions: ['.tsx', '.ts', '.js', '.json', '.esnext', '.mjs', '.ejs'],
    target: 'es6',
    write: Boolean(outFile),
    logLevel: 'warning',
  });
  return result.outputFiles?.[0]?.text ?? '';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const appUrl = process.env.APP_URL || 'http://127.0.0.1:4601';
  const outFile = resolve(process.env.OUT_FILE || outFileByDefault);
  await bundle({appUrl, outFile});
  process.stdout.write(`${outFile} asks ${appUrl}\n`);
}
