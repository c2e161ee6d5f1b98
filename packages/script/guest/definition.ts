import { readSchema } from './config.js';

/** The plugin types of scripts, and the names of the functions that define them. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  evaluator: ['evaluate'],
  transform: ['transform'],
  filter: ['filter', 'keep'],
  provider: ['complete'],
  custom: ['run'],
};

/** Keys that a definition may have, or a script may export. */
const FACTS = [
  'name',
  'version',
  'description',
  'author',
  'license',
  'homepage',
  'capabilities',
  'custom',
  'dependencies',
  'permissions',
  'asking',
  'metering',
] as const;

type Callable = (...values: readonly unknown[]) => unknown;

/** A script as it is run. */
export interface Definition {
  readonly type: string;
  /** The functions of its type that it has. */
  readonly way: string;
  readonly call: Callable;
  readonly aggregate: Callable | undefined;
  readonly schema: object | undefined;
  readonly asking: boolean;
  /** Its description of itself. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Reads the exports of a script: a definition as default export, or functions by name.
 *
 * @throws {TypeError} With a description of the mistake.
 */
export function readDefinition(exported: Readonly<Record<string, unknown>>): Definition {
  const given = exported['default'];
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    if (typeof given === 'function') return describe({ ...exported, evaluate: given });
    throw new TypeError(
      'Cannot use the default export: expected what defineEvaluator() or its like gives',
    );
  }
  return describe(given === undefined ? exported : (given as Readonly<Record<string, unknown>>));
}

function describe(source: Readonly<Record<string, unknown>>): Definition {
  const said = source['pluginType'];
  const types = said === undefined ? Object.keys(WAYS) : [String(said)];
  const found = types.flatMap((type) =>
    (WAYS[type] ?? [])
      .filter((name) => typeof source[name] === 'function')
      .map((way) => ({ type, way })),
  );
  if (found.length !== 1) {
    const names = types.flatMap((type) => WAYS[type] ?? []).join('", "');
    const state =
      found.length === 0
        ? `it exports no function "${names}"`
        : `it exports ${found.map(({ way }) => `"${way}"`).join(' and ')}, expected one of them`;
    throw new TypeError(`Cannot use the script: ${state}`);
  }
  const { type, way } = found[0]!;
  const facts: Record<string, unknown> = {};
  for (const name of FACTS) if (source[name] !== undefined) facts[name] = source[name];
  const permissions = facts['permissions'] as { network?: boolean } | undefined;
  const schema = readSchema(source['config'] ?? source['configSchema']);
  const aggregate = source['aggregate'];
  return {
    type,
    way,
    call: (source[way] as Callable).bind(source),
    aggregate: typeof aggregate === 'function' ? (aggregate as Callable).bind(source) : undefined,
    schema,
    asking: facts['asking'] === true || permissions?.network === true,
    facts,
  };
}
