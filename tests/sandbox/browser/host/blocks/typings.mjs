// Reads out of Shopify's typings what a block may draw: for every `s-` tag of a target its props, events and slots.
// The table is made at each build, so that no copy of the typings can go out of date.
import {existsSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';

import ts from 'typescript';

export const TARGETS = {
  'purchase.thank-you.block.render': 'checkout',
  'customer-account.order-status.block.render': 'customer-account',
};

// Given by Preact to every tag; they never reach the page.
const OF_PREACT = new Set(['key', 'ref', 'children', 'slot']);

/** Returns `{target: {api: [name], tags: {tag: {props: {name: rule}, events, slots, methods: [name], isVoid}}}}`. */
export function readTypings() {
  return Object.fromEntries(Object.entries(TARGETS).map(([target, surface]) => [target, readTarget(target, surface)]));
}

function readTarget(target, surface) {
  const require = createRequire(import.meta.url);
  const build = require.resolve('@shopify/ui-extensions/preact').replace(/\/build\/.*$/, '/build');
  const home = join(build, 'ts', 'surfaces', surface);
  const entry = join(home, 'targets', `${target}.d.ts`);
  if (!existsSync(entry)) throw new Error(`the typings have no target ${target}`);
  const program = ts.createProgram([entry], {
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  });
  const checker = program.getTypeChecker();
  const tags = {};
  for (const file of program.getSourceFiles()) {
    if (!file.fileName.startsWith(home) || !file.fileName.includes('/components/')) continue;
    for (const [tag, type] of tagsOf(file, checker)) {
      tags[tag] = {
        ...describe(type, checker, file),
        slots: namesOf(file, checker, /ElementSlots$/),
        methods: namesOf(file, checker, /ElementMethods$/),
      };
    }
  }
  return {tags: Object.fromEntries(Object.entries(tags).sort(([one], [other]) => (one < other ? -1 : 1))), api: apiOf(program, checker, home, target)};
}

/** Returns the names that the global `shopify` has at this target, from the first argument of its `RenderExtension<Api, Components>`. */
function apiOf(program, checker, home, target) {
  const source = program.getSourceFile(join(home, 'extension-targets.d.ts'));
  for (const declared of childrenOf(source).filter(ts.isInterfaceDeclaration)) {
    const member = declared.members.find((each) => each.name?.text === target);
    if (!member) continue;
    return checker.getPropertiesOfType(checker.getTypeFromTypeNode(member.type.typeArguments[0])).map((property) => property.name).sort();
  }
  throw new Error(`the typings say nothing of what ${target} is given`);
}

/** Yields the tags that a file adds to Preact's intrinsic elements. */
function* tagsOf(file, checker) {
  const visit = function* (node) {
    if (ts.isInterfaceDeclaration(node) && node.name.text === 'IntrinsicElements') {
      for (const member of node.members) {
        const name = checker.getTypeAtLocation(member.name.expression).value;
        yield [name, checker.getTypeFromTypeNode(member.type)];
      }
      return;
    }
    for (const child of childrenOf(node)) yield* visit(child);
  };
  yield* visit(file);
}

/** Returns the names that the file's interface of this name has. */
function namesOf(file, checker, name) {
  const found = childrenOf(file).find((node) => ts.isInterfaceDeclaration(node) && name.test(node.name.text));
  if (!found) return [];
  return checker.getPropertiesOfType(checker.getTypeAtLocation(found)).map((property) => property.name);
}

function childrenOf(node) {
  const found = [];
  ts.forEachChild(node, (child) => {
    found.push(child);
  });
  return found;
}

function describe(type, checker, file) {
  const props = {};
  const events = [];
  let isVoid = true;
  for (const property of checker.getPropertiesOfType(type)) {
    if (property.name === 'children') isVoid = false;
    if (OF_PREACT.has(property.name)) continue;
    if (/^on[A-Z]/.test(property.name)) events.push(property.name.slice(2).toLowerCase());
    else props[property.name] = rule(checker.getTypeOfSymbolAtLocation(property, file), checker);
  }
  return {props, events: events.sort(), isVoid};
}

/** Returns what a value may be: literals as they are, kinds by name, templates of text as patterns. */
function rule(type, checker) {
  const found = new Set();
  const add = (member) => {
    if (member.isUnion()) return member.types.forEach(add);
    if (member.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) return undefined;
    if (member.isLiteral()) return found.add(`=${member.value}`);
    if (member.flags & ts.TypeFlags.BooleanLike) return found.add('boolean');
    if (member.flags & ts.TypeFlags.TemplateLiteral) return found.add(`~${pattern(member)}`);
    if (member.flags & ts.TypeFlags.String) return found.add('string');
    if (member.flags & ts.TypeFlags.Number) return found.add('number');
    if (member.isIntersection()) return found.add('string'); // `string & {}` keeps an editor's suggestions
    return found.add(checker.isArrayType(member) ? 'list' : 'object');
  };
  add(type);
  return shorten([...found].sort());
}

/** Returns the rule with its many shorthands (`base large none`) told as a pattern of their words. */
function shorten(found) {
  const isShorthand = (each) => each.startsWith('=') && each.includes(' ');
  const shorthands = found.filter(isShorthand).map((each) => each.slice(1).split(' '));
  if (shorthands.length < 40) return found;
  const word = `(?:${[...new Set(shorthands.flat())].join('|')})`;
  const most = shorthands.reduce((longest, each) => Math.max(longest, each.length), 0);
  return [...found.filter((each) => !isShorthand(each)), `~${word}(?: ${word}){0,${most - 1}}`];
}

function pattern({texts, types}) {
  const escaped = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return escaped.map((text, index) => text + (types[index] ? part(types[index]) : '')).join('');
}

function part(type) {
  if (type.isUnion()) return `(?:${type.types.map(part).join('|')})`;
  if (type.isLiteral()) return String(type.value);
  if (type.flags & ts.TypeFlags.Number) return '-?[0-9.]+';
  if (type.flags & ts.TypeFlags.TemplateLiteral) return pattern(type);
  return '.*';
}
