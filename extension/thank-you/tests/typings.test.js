// @vitest-environment node
import {resolve} from 'node:path';
import ts from 'typescript';
import {expect, test} from 'vitest';

const folder = resolve(import.meta.dirname, '..');

/** @typedef {(code: string) => string} Change */

/**
 * Compiles the block as `npm run lint` does, with some of its modules changed.
 *
 * @param {string} configuration
 * @param {Record<string, Change>} changes by module
 * @returns {string[]} what the compiler says
 */
function faultsOf(configuration, changes) {
  const read = ts.getParsedCommandLineOfConfigFile(resolve(folder, configuration), {}, {...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined});
  if (!read) throw new Error(`${configuration} cannot be read`);
  const host = ts.createCompilerHost(read.options);
  const readFile = host.readFile.bind(host);
  host.readFile = (path) => {
    const code = readFile(path);
    const change = changes[path.replace(/.*\/src\//, '')];
    return code && change && path.startsWith(`${folder}/src/`) ? change(code) : code;
  };
  const program = ts.createProgram(read.fileNames, read.options, host);
  return ts.getPreEmitDiagnostics(program).map(({messageText}) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

// That there are no faults is for `npm run lint` to say; this shows that it would.
test.each([
  {configuration: 'tsconfig.json', entry: 'ThankYou.jsx', others: 'shopify.order?.value'},
  {configuration: 'tsconfig.order-status.json', entry: 'OrderStatus.jsx', others: 'shopify.orderConfirmation?.value'},
])(
  'what the typings of $entry do not promise is a fault',
  ({configuration, entry, others}) => {
    const faults = faultsOf(configuration, {
      [entry]: (code) => code.replace(/shopify\.\w+\?\.value/, others),
      'Goods.jsx': (code) => code.replaceAll('s-heading', 's-headline').replace('aspectRatio', 'ratio'),
      'Offer.jsx': (code) => code.replace('"primary"', '"loud"'),
      'purchase.js': (code) => code.replace('cost?.totalAmount', 'cost?.grandTotal'),
    }).join('\n');
    expect(faults).toMatch(/Property 'order(Confirmation)?' does not exist/);
    expect(faults).toMatch(/Property 's-headline' does not exist/);
    expect(faults).toMatch(/Property 'ratio' does not exist/);
    expect(faults).toMatch(/Type '"loud"' is not assignable/);
    expect(faults).toMatch(/Property 'grandTotal' does not exist/);
  },
  120000,
);
