import { ConfigError } from '@testbench/types/errors';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A document with its references filled in. */
export interface ExpandedDocument {
  readonly value: unknown;
  /** Paths of values that consist of a single reference: they may stand for numbers and truth values. */
  readonly whole: ReadonlySet<string>;
}

const REFERENCE = /(\$?)\$\{env:([^}:]*)(?::-([^}]*))?\}/g;

/**
 * Fills `${env:NAME}` and `${env:NAME:-otherwise}` in all texts of a parsed document; `$${env:NAME}` stays as text, with one `$`. A reference to a
 * secret, `${secret:NAME}`, is left alone: the host fills it in when a request is sent, and it is never in a plan.
 *
 * @throws {ConfigError} `CONFIG_INVALID`: a variable that is not set, or a missing name.
 */
export function expandEnvironment(document: unknown, environment: Environment): ExpandedDocument {
  const whole = new Set<string>();
  const expand = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') {
      if (/^\$\{env:[^}]*\}$/.test(value)) whole.add(path);
      return expandText(value, path, environment);
    }
    if (Array.isArray(value)) return value.map((item, index) => expand(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        return [key, expand(inner, path === '' ? key : `${path}.${key}`)] as const;
      }),
    );
  };
  return { value: expand(document, ''), whole };
}

function expandText(text: string, path: string, environment: Environment): string {
  if (!text.includes('${env:')) return text;
  return text.replaceAll(
    REFERENCE,
    (reference: string, escape: string, name: string, otherwise: string | undefined) => {
      if (escape !== '') return reference.slice(1);
      const refuse = (state: string): ConfigError =>
        new ConfigError('CONFIG_INVALID', path, `Cannot read "${path}": ${state}`);
      if (!/^[A-Za-z_]\w*$/.test(name)) {
        throw refuse(`${JSON.stringify(name)} is no name of an environment variable`);
      }
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
      // An empty variable counts as unset if there is a default, as in shells.
      const found = value === '' ? (otherwise ?? value) : (value ?? otherwise);
      if (found === undefined) {
        throw refuse(
          `the environment variable "${name}" is not set; set it, or write \${env:${name}:-otherwise}`,
        );
      }
      return found;
    },
  );
}
