/** Compares values as `assert.deepEqual` does; `strict` as `assert.deepStrictEqual`. */
export function isEqual(one: unknown, other: unknown, strict: boolean): boolean {
  // oxlint-disable-next-line eqeqeq -- the loose comparison is what was asked for
  if (Object.is(one, other) || (!strict && one == other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return false;
  const each = (left: Iterable<unknown>, right: Iterable<unknown>): boolean => {
    const [mine, theirs] = [[...left], [...right]];
    return (
      mine.length === theirs.length &&
      mine.every((item, index) => isEqual(item, theirs[index], strict))
    );
  };
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (Array.isArray(one) && Array.isArray(other)) return each(one, other);
  if (one instanceof Map && other instanceof Map)
    return one.size === other.size && holds(one, other, strict);
  if (one instanceof Set && other instanceof Set) {
    return (
      one.size === other.size &&
      [...one].every((item) => [...other].some((mine) => isEqual(item, mine, strict)))
    );
  }
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  if (one instanceof RegExp && other instanceof RegExp) return String(one) === String(other);
  if (one instanceof Error && other instanceof Error)
    return one.name === other.name && one.message === other.message;
  if (ArrayBuffer.isView(one) && ArrayBuffer.isView(other))
    return each(one as unknown as Iterable<unknown>, other as unknown as Iterable<unknown>);
  // A value of the code under test is equal only to itself.
  if (Object.getPrototypeOf(one) !== Object.prototype) return false;
  return each(entries(one), entries(other));
}

function holds(one: Map<unknown, unknown>, other: Map<unknown, unknown>, strict: boolean): boolean {
  return [...one].every(([key, value]) =>
    [...other].some(
      ([mine, theirs]) => isEqual(key, mine, strict) && isEqual(value, theirs, strict),
    ),
  );
}

const entries = (value: object): (readonly [string, unknown])[] =>
  Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
