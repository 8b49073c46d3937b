// Lets an extension see what the typings promise, and tells of every other name that it reads.

/** Returns `value` guarded by `shape` (see shapes.mjs); `complain` hears of a name once per place. */
export function guard(value, shape, complain, place = 'api') {
  if (!shape || value === null || value === undefined) return value;
  if (shape.returns !== undefined) {
    return async (...given) => guard(await value(...given), shape.returns, complain, `${place}()`);
  }
  if (shape.list !== undefined) return value.map((each) => guard(each, shape.list, complain, `${place}[]`));
  const told = new Set();
  const guarded = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, guard(inner, shape.names[name], complain, `${place}.${name}`)]),
  );
  return new Proxy(guarded, {
    get(target, name, receiver) {
      const isOurs = typeof name === 'string' && !(name in Object.prototype) && name !== 'then' && name !== 'toJSON';
      if (isOurs && !(name in shape.names) && !told.has(name)) {
        told.add(name);
        complain(`the typings do not promise ${place}.${name}`);
      }
      return Reflect.get(target, name, receiver);
    },
  });
}
