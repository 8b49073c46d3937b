// Compares components.js with the props that Shopify's typings declare, and the stand-ins with the tags of blocks;
// prints every difference and fails on one. The props of blocks' tags need no comparing: they are the typings' own.
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import ts from 'typescript';

import {readTypings} from './blocks/typings.mjs';
import {COMPONENTS} from './components.js';
import {drawings} from './drawings/index.js';
import {WITHOUT_STANDIN, standins} from './standins/index.js';

const require = createRequire(import.meta.url);
const home = join(dirname(require.resolve('@shopify/post-purchase-ui-extensions/package.json')), 'build', 'ts', 'components');
const program = ts.createProgram([join(home, 'index.d.ts')], {strict: true, skipLibCheck: true});
const checker = program.getTypeChecker();
const source = program.getSourceFile(join(home, 'index.d.ts'));
const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
const typings = new Map();

for (const symbol of exported) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  if (!(target.flags & ts.SymbolFlags.Variable)) continue;
  const type = checker.getTypeOfSymbol(target);
  const props = checker.getNonNullableType(checker.getTypeOfSymbol(checker.getPropertyOfType(type, 'props')));
  typings.set(symbol.name, new Map(checker.getPropertiesOfType(props).map((prop) => [prop.name, kind(prop)])));
}

function kind(prop) {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(prop));
  const members = type.isUnion() ? type.types : [type];
  if (members.every((member) => member.isStringLiteral() || member.isNumberLiteral())) {
    return members.map((member) => member.value).sort().join('|');
  }
  if (members.every((member) => member.flags & ts.TypeFlags.BooleanLike)) return 'boolean';
  if (type.flags & ts.TypeFlags.String) return 'string';
  if (type.flags & ts.TypeFlags.Number) return 'number';
  if (type.getCallSignatures().length > 0) return 'function';
  return checker.isArrayType(type) ? 'list' : 'any';
}

const differences = [];
for (const [name, props] of typings) {
  if (!COMPONENTS[name]) {
    differences.push(`${name}: not in components.js`);
    continue;
  }
  if (!drawings[name]) differences.push(`${name}: has no drawing`);
  for (const [prop, expected] of props) {
    const rule = COMPONENTS[name][prop];
    const found = Array.isArray(rule) ? [...rule].sort().join('|') : rule;
    if (found !== expected) differences.push(`${name}.${prop}: typings say ${expected}, components.js says ${found}`);
  }
  for (const prop of Object.keys(COMPONENTS[name])) {
    if (!props.has(prop)) differences.push(`${name}.${prop}: not in the typings`);
  }
}
for (const name of Object.keys(COMPONENTS)) if (!typings.has(name)) differences.push(`${name}: not in the typings`);

const tags = new Set(Object.values(readTypings()).flatMap((target) => Object.keys(target.tags)));
for (const tag of tags) {
  if (Boolean(standins[tag]) === WITHOUT_STANDIN.has(tag)) differences.push(`${tag}: has a stand-in or is named as one without, and not both`);
}
for (const tag of [...Object.keys(standins), ...WITHOUT_STANDIN]) if (!tags.has(tag)) differences.push(`${tag}: not in the typings`);
if (tags.size < 60) differences.push(`only ${tags.size} tags found in the typings: is the reading of them broken?`);

if (typings.size < 25) differences.push(`only ${typings.size} components found in the typings: is the reading of them broken?`);
for (const line of differences) console.error(line);
console.log(`${typings.size} components and ${tags.size} tags compared`);
process.exitCode = differences.length > 0 ? 1 : 0;
