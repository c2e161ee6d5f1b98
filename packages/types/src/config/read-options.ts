import { ConfigNode, joinPath, rejectMissing } from './config-node.js';
import { rejectUnknownKey } from './reject-unknown-keys.js';

/** Checks one option and returns it, as a copy where the caller could change it later. */
export type OptionReader<Value> = (node: ConfigNode) => Value;

/** A reader for every option of a type: forgetting one is a compile error. */
export type OptionReaders<Options> = {
  readonly [Key in keyof Options]-?: OptionReader<Exclude<Options[Key], undefined>>;
};

/** Names of the required options. */
export type RequiredOption<Options> = {
  [Key in keyof Options]-?: object extends Pick<Options, Key> ? never : Key;
}[keyof Options] &
  string;

/**
 * Reads the options of a function: every key must be known and have its own type and range.
 *
 * `undefined` counts as absent, both for one option and for the whole object.
 *
 * @param value The options as the caller gave them.
 * @param readers One reader for each option.
 * @param path Path of the options, for errors, such as `options`. @default '': at the root
 * @param required Options that must be present. @default none
 * @returns A new object with only the options that were given.
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, naming the nearest known key; `CONFIG_INVALID`.
 *
 * @example
 * ```ts
 * import { readOptions } from '@testbench/types/config';
 *
 * interface Options {
 *   readonly timeoutMs?: number;
 *   readonly mode?: 'exact' | 'coarse';
 * }
 * const read = (value: Options) =>
 *   readOptions<Options>(value, {
 *     timeoutMs: (node) => node.wholeNumber(1),
 *     mode: (node) => node.oneOf(['exact', 'coarse']),
 *   });
 * read({ mode: 'exact' }); // => { mode: 'exact' }
 * try {
 *   read({ timeoutMS: 5 } as Options);
 * } catch (error) {
 *   (error as Error).message; // => 'Cannot read configuration: unknown key "timeoutMS", did you mean "timeoutMs"?'
 * }
 * ```
 */
export function readOptions<Options extends object>(
  value: unknown,
  readers: OptionReaders<Options>,
  path = '',
  required: readonly RequiredOption<Options>[] = [],
): Options {
  const options: Record<string, unknown> = {};
  if (value !== undefined) {
    const object = new ConfigNode(value, path).object();
    // Inherited keys too: an object made from another would silently lose them. Before any value: one that is missing
    // may be the one that is misspelt.
    for (const key in object) {
      if (!Object.hasOwn(readers, key)) rejectUnknownKey(key, Object.keys(readers), path);
    }
    for (const key in object) {
      const option = object[key];
      if (option === undefined) continue;
      const read = readers[key as keyof Options] as OptionReader<unknown>;
      options[key] = read(new ConfigNode(option, joinPath(path, key)));
    }
  }
  for (const key of required) {
    if (!Object.hasOwn(options, key)) rejectMissing(path, key);
  }
  return options as Options;
}
