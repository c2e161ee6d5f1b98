import { joinPath } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import { parseYaml, YamlError } from './parse-yaml.js';

/** A step of a path: a key, or an index. */
type Step = string | number;

/**
 * Changes single values of a configuration that has not been checked yet, as `--set` of the command line does.
 *
 * @param value A parsed document. It is not modified; the result shares the unchanged parts.
 * @param overrides Each a path as in the messages of errors, `=`, and a value in YAML: `dataset.limit=10`, `evaluators[0].threshold=0.5`,
 *   `prompts=["{{input}}"]`, `provider.prices["gpt-4.1"].input=2`. Missing objects on the path are created; an index may be one past the end of its list. An empty value
 *   after `=` removes the key.
 * @throws {ConfigError} `CONFIG_INVALID`: no path, no valid YAML value, or the path leads through something other than objects and lists.
 *
 * @example
 * ```ts
 * import { applyOverrides } from '@testbench/bench';
 *
 * applyOverrides({ name: 'a', dataset: { path: 'b' } }, ['dataset.limit=10', 'failFast=true']);
 * // => { name: 'a', dataset: { path: 'b', limit: 10 }, failFast: true }
 * ```
 */
export function applyOverrides(value: unknown, overrides: readonly string[]): unknown {
  let changed = value;
  for (const override of overrides) {
    const { steps, value: given } = parseOverride(override);
    changed = setAt(changed, steps, given, { override, path: '' });
  }
  return changed;
}

/** The path of an override, as written in errors. */
export function overriddenPath(override: string): string {
  return parseOverride(override).steps.reduce<string>(pathWith, '');
}

function parseOverride(override: string): { steps: readonly Step[]; value: unknown } {
  const steps: Step[] = [];
  const pattern = /(?:^|\.)([^.[\]="]+)|\[(\d+)\]|\["([^"]+)"\]/y;
  let at = 0;
  for (;;) {
    pattern.lastIndex = at;
    const [whole, name, index, quoted] = pattern.exec(override) ?? [];
    if (whole === undefined) break;
    steps.push(index === undefined ? (name ?? quoted)! : Number(index));
    at += whole.length;
  }
  if (steps.length === 0 || override[at] !== '=') {
    throw refuse(override, '', 'expected a path, "=" and a value, as in dataset.limit=10');
  }
  const text = override.slice(at + 1);
  if (text.trim() === '') return { steps, value: undefined };
  try {
    return { steps, value: parseYaml(text) };
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw refuse(override, '', `the value is not valid YAML (${cause.message}); quote it`, cause);
  }
}

function setAt(
  target: unknown,
  [step, ...rest]: readonly Step[],
  value: unknown,
  place: { readonly override: string; readonly path: string },
): unknown {
  if (step === undefined) return value;
  const inner = { ...place, path: pathWith(place.path, step) };
  if (typeof step === 'number') {
    if (!Array.isArray(target)) throw refuse(place.override, place.path, 'it is no list');
    if (step > target.length) {
      throw refuse(place.override, inner.path, `the list has ${target.length} items`);
    }
    return target.toSpliced(step, 1, setAt(target[step], rest, value, inner));
  }
  if (typeof (target ?? {}) !== 'object' || Array.isArray(target)) {
    throw refuse(place.override, place.path, 'it is no object');
  }
  const object = (target ?? {}) as Readonly<Record<string, unknown>>;
  const own = Object.hasOwn(object, step) ? object[step] : undefined;
  // A computed key is a field of the object, whatever its name.
  return { ...object, [step]: setAt(own, rest, value, inner) };
}

function pathWith(path: string, step: Step): string {
  return typeof step === 'number' ? `${path}[${step}]` : joinPath(path, step);
}

function refuse(override: string, path: string, state: string, cause?: unknown): ConfigError {
  const at = path === '' ? '' : ` at "${path}"`;
  return new ConfigError(
    'CONFIG_INVALID',
    path,
    `Cannot set ${JSON.stringify(override)}${at}: ${state}`,
    { cause },
  );
}
