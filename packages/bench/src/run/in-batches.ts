/** Items that were read together; or why there are no more. */
export type Batch<Item> = { readonly items: readonly Item[] } | { readonly error: unknown };

/** Gathers the items of a stream. Those that came before a failure come first, and then the failure. */
export async function* inBatches<Item>(
  source: AsyncIterable<Item>,
  size: number,
): AsyncGenerator<Batch<Item>> {
  let items: Item[] = [];
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const item of source) {
      items.push(item);
      if (items.length < size) continue;
      yield { items };
      items = [];
    }
  } catch (error) {
    failure = { error };
  }
  if (items.length > 0) yield { items };
  if (failure !== undefined) yield failure;
}
