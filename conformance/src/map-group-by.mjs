// The test runner needs Node 22 only for this one function; the tests here must run on Node 20.
if (!('groupBy' in Map)) {
  Object.assign(Map, {
    groupBy(items, keyOf) {
      const groups = new Map();
      for (const item of items) {
        const key = keyOf(item);
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(item);
      }
      return groups;
    },
  });
}
