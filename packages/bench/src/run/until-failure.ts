/** Items that were read together, or the reason why there are no more. */
export type Batch<Item> = { readonly items: readonly Item[] } | { readonly error: unknown };

/** Turns a failure of a stream into its last item, so that earlier items are processed first. */
export async function* untilFailure<Item>(
  source: AsyncIterable<readonly Item[]>,
): AsyncGenerator<Batch<Item>> {
  try {
    for await (const items of source) yield { items };
  } catch (error) {
    yield { error };
  }
}
