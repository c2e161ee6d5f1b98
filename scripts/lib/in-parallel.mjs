/** Does a job for each item, a few at once; the results are in the order of the items. */
export async function inParallel(width, items, job) {
  const results = [];
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results[next[0]] = await job(next[1]);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
