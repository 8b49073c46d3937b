// Reads out of Shopify's typings what a post-purchase target is given, as shapes that the worker's guard walks along.
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';

import ts from 'typescript';

const NAMES = {
  'Checkout::PostPurchase::ShouldRender': 'PostPurchaseShouldRenderApi',
  'Checkout::PostPurchase::Render': 'PostPurchaseRenderApi',
};

/**
 * Returns `{target: shape}`. A shape is null (nothing to walk along), `{names: {name: shape}}`, `{list: shape}`, or
 * `{returns: shape}` for a function, of what its promise brings.
 */
export function readShapes() {
  const require = createRequire(import.meta.url);
  const home = join(dirname(require.resolve('@shopify/post-purchase-ui-extensions/package.json')), 'build', 'ts');
  const entry = join(home, 'extension-points', 'api', 'post-purchase', 'post-purchase.d.ts');
  const program = ts.createProgram([entry], {
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  });
  const checker = program.getTypeChecker();
  const exported = new Map(
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry))).map((symbol) => [symbol.name, symbol]),
  );
  const shape = (type) => shapeOf(type, checker);
  return Object.fromEntries(
    Object.entries(NAMES).map(([target, name]) => [target, shape(checker.getDeclaredTypeOfSymbol(exported.get(name)))]),
  );
}

function shapeOf(type, checker) {
  if (type.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return null;
  const plain = checker.getNonNullableType(type);
  const members = (plain.isUnion() ? plain.types : [plain]).filter((member) => member.flags & ts.TypeFlags.Object);
  if (members.length === 0) return null;
  if (checker.isArrayType(members[0])) return {list: shapeOf(checker.getTypeArguments(members[0])[0], checker)};
  const call = members[0].getCallSignatures()[0];
  if (call) return {returns: shapeOf(checker.getAwaitedType(call.getReturnType()) ?? call.getReturnType(), checker)};
  const names = {};
  for (const member of members) {
    for (const property of checker.getPropertiesOfType(member)) {
      names[property.name] ??= shapeOf(checker.getTypeOfSymbol(property), checker);
    }
  }
  return {names};
}
