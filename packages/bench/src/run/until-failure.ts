/** Items that were read together; or why there are no more. */
export type Batch<Item> = { readonly items: readonly Item[] } | { readonly error: unknown };

/** Makes a failure of a stream its last item: what came before it is done first. */
export async function* untilFailure<Item>(
  source: AsyncIterable<readonly Item[]>,
): AsyncGenerator<Batch<Item>> {
  try {
    for await (const items of source) yield { items };
  } catch (error) {
    yield { error };
  }
}
