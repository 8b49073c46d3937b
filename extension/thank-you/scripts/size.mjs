// Fails when the bundle is larger than we allow; Shopify itself takes 64 kB. Measures a fresh build, so that no stale file passes.
import {gzipSync} from 'node:zlib';
import {bundle} from './build.mjs';

const LIMIT_BYTES = 25 * 1024;
// As long as a real host's name, for the address is part of the bundle.
const code = await bundle({appUrl: 'https://thank-you.afters.example.com'});
const zipped = gzipSync(code, {level: 9}).length;
process.stdout.write(`${code.length} bytes, ${zipped} gzip, limit ${LIMIT_BYTES}\n`);
if (zipped > LIMIT_BYTES) {
  process.stderr.write('the bundle is too large\n');
  process.exitCode = 1;
}
