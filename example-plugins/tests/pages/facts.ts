import type { Metadata } from './page-hosts.js';

/** A property of a plugin's configuration, as in its JSON Schema. */
interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Property;
}

/** Metadata and fuel as the table at the top of a page. */
export function factsTable(metadata: Metadata, fuel: string): string {
  const { permissions } = metadata;
  const rows = [
    ['Plugin', `\`${metadata.name}\` ${metadata.version}`],
    ['Type', metadata.pluginType],
    ...(metadata.pluginType === 'evaluator' ? scoring(metadata) : []),
    [
      'Permissions',
      permissions?.network === true
        ? `network: ${(permissions.allowedHosts ?? []).map((host) => `\`${host}\``).join(', ')}`
        : 'none',
    ],
    ['Fuel per call', fuel],
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join(
    '\n',
  );
}

function scoring({ reads, aggregate }: Metadata): string[][] {
  return [
    ['Reads', reads?.map((field) => `\`${field}\``).join(', ') ?? 'the whole record'],
    [
      'Score of a set',
      aggregate === undefined ? 'mean over the records' : 'computed by the plugin from sums',
    ],
  ];
}

/** Whole sentences of a page's table by option, so that a page's text about an option stays when it is filled again. */
export function effectsIn(table: string): ReadonlyMap<string, string> {
  const rows = table.matchAll(/^\| `([^`]+)` \|.*?\| ([^|]*(?:\\\|[^|]*)*) \|$/gm);
  return new Map(Array.from(rows, ([, name = '', effect = '']) => [name, effect]));
}

/** The options of a plugin: the data of its schema, and the effect as the page already describes it. */
export function optionsTable(metadata: Metadata, effects: ReadonlyMap<string, string>): string {
  const properties = Object.entries(
    (metadata.configSchema as { properties?: Record<string, Property> } | undefined)?.properties ??
      {},
  );
  if (properties.length === 0) return 'This plugin has no options.';
  const rows = properties.map(
    ([name, property]) =>
      `| \`${name}\` | ${typeOf(property)} | ${defaultOf(property)} | ${effects.get(name) ?? escape(property.description ?? '')} |`,
  );
  return ['| option | type | default | effect |', '|---|---|---|---|', ...rows].join('\n');
}

function typeOf(property: Property): string {
  if (property.enum !== undefined)
    return property.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (property.type === 'array') return `list of ${property.items?.type ?? 'value'}s`;
  const { minimum, maximum } = property;
  const bounds = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined ? [] : [`up to ${maximum}`]),
  ];
  return [property.type ?? 'any JSON', ...bounds]
    .join(', ')
    .replace(/, (up to)/, ' $1')
    .replace(/(\d) up to/, '$1 to');
}

function defaultOf(property: Property): string {
  return property.default === undefined ? '-' : `\`${JSON.stringify(property.default)}\``;
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** A number of fuel units with two digits, or the existing number if it is still within a fifth of that: another compiler changes it a little. */
export function fuelText(measured: number, before: string): string {
  const stood =
    Number(/^([\d.,]+)/.exec(before)?.[1]?.replaceAll(',', '')) *
    (before.includes('million') ? 1e6 : 1);
  if (Math.abs(stood - measured) <= measured / 5) return before;
  if (measured >= 1e6) return `${(measured / 1e6).toPrecision(2)} million for 1 kB`;
  return `${Number(measured.toPrecision(2)).toLocaleString('en')} for 1 kB`;
}
