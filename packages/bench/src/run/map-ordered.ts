/**
 * Maps a stream with up to `concurrency` items in flight, and yields the results in the order of the items.
 *
 * Memory is bounded: the source is asked for the next item only when a place is free. After a failure, or when
 * the caller stops early, it waits for what is still in flight, so that nothing continues in the background.
 */
export async function* mapOrdered<Item, Result>(
  source: AsyncIterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  try {
    for await (const item of source) {
      const result = work(item);
      // It may fail before its turn to be awaited; that must not count as unhandled.
      result.catch(() => {});
      running.push(result);
      if (running.length >= concurrency) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}
