/** The JSON Schema dialect of every schema in this package. */
export const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** A JSON Schema (2020-12) as a plain JSON value, ready for any validator or for `JSON.stringify`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Adds `null`, which the contract reads as absent: many JSON writers emit it for an empty option. */
export function orNull(schema: JsonSchema & { readonly type: string }): JsonSchema {
  return { ...schema, type: [schema.type, 'null'] };
}
