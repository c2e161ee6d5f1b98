import type { PluginInspection } from '@testbench/registry/inspect';
import { truncateText, type Permissions } from '@testbench/types';
import {
  type Column,
  formatCount,
  layOutTable,
  type MeasureText,
} from '@testbench/report/terminal';

import { describePermissions } from './describe-permissions.js';
import { escapeText } from './escape-text.js';
import { formatBytes } from './format-value.js';
import type { Style } from './style.js';

type Summary = PluginInspection['summary'];
type Extern = Summary['exports'][number];
type Rows = (readonly [label: string, value: string | undefined])[];

/** Maximum rows of a list; plugins have fewer. */
const SHOWN_ROWS = 200;
/** Characters shown of a name: all rows are as wide as the longest. */
const SHOWN_CHARACTERS = 100;
/** Types shown of a list. */
const SHOWN_TYPES = 16;

/** Shows the contents of a module's bytes: metadata, contract, imports, exports, memory and sizes. */
export function renderInspection(
  inspection: PluginInspection,
  style: Style,
  /** See `measured`. */
  measure: MeasureText,
  /** Grants of the policy; undefined if there is none. */
  granted?: Permissions,
): string {
  const { summary, metadata } = inspection;
  const name = metadata === undefined ? 'module without metadata' : metadata.name;
  const parts = [
    `${style.bold(escapeText(name))}${metadata === undefined ? '' : ` ${escapeText(metadata.version)}`}`,
    renderPairs(metadataRows(inspection, granted), style),
    renderSection('Contract', contractLines(inspection, style), style),
    renderSection('Imports', renderExterns(summary.imports, measure), style),
    renderSection('Exports', renderExterns(summary.exports, measure), style),
    renderSection('Limits', [renderPairs(limitRows(summary), style)], style),
    renderSection('Sizes', renderSizes(summary, style, measure), style),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function metadataRows(
  { metadata, digest }: PluginInspection,
  granted: Permissions | undefined,
): Rows {
  if (metadata === undefined) return [['digest', digest]];
  return [
    ['type', metadata.pluginType],
    ['description', metadata.description || undefined],
    ['author', metadata.author || undefined],
    ['license', metadata.license],
    ['homepage', metadata.homepage],
    ['capabilities', metadata.capabilities.join(', ') || 'none'],
    ['asks for', describePermissions(metadata.permissions ?? {})],
    ['is granted', granted === undefined ? undefined : describePermissions(granted)],
    ['API version', metadata.apiVersion],
    ['needs host', metadata.minContractVersion && `${metadata.minContractVersion} or newer`],
    ['metering', metadata.metering && `asks for ${metadata.metering}`],
    ['asking', metadata.asking === true ? 'yes' : undefined],
    ['aggregate', metadata.aggregate],
    ['reads', metadata.reads?.join(', ') || undefined],
    ['config keys', configKeys(metadata.configSchema)],
    ['digest', digest],
  ];
}

/** The names in a JSON Schema's `properties`. */
function configKeys(schema: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const properties = schema?.['properties'];
  if (typeof properties !== 'object' || properties === null) return undefined;
  return Object.keys(properties).join(', ') || undefined;
}

function contractLines({ contract, exportProblems }: PluginInspection, style: Style): string[] {
  const meets = exportProblems.length === 0 ? style.green('met') : style.red('not met');
  return [
    contract === undefined ? style.red('not a plugin') : `${contract}: ${meets}`,
    ...exportProblems.map(({ name, state }) => `${escapeText(name)}: ${escapeText(state)}`),
  ];
}

function renderExterns(
  externs: readonly (Extern & { readonly module?: string })[],
  measure: MeasureText,
): string[] {
  if (externs.length === 0) return ['none'];
  const columns: Column[] = [{ title: '' }, { title: '' }];
  const rows = externs.slice(0, SHOWN_ROWS).map((extern) => {
    const names = [...(extern.module === undefined ? [] : [extern.module]), extern.name];
    return [{ text: names.map(describeName).join('.') }, { text: describeType(extern) }];
  });
  // The titles are empty: kind and name explain themselves.
  const lines = layOutTable(columns, rows, (text) => text, measure)
    .split('\n')
    .slice(1);
  return [...lines, ...describeRest(externs.length)];
}

/** Truncated before escaping, which makes it up to six times as long. */
function describeName(name: string): string {
  return escapeText(truncateText(name, SHOWN_CHARACTERS));
}

function describeRest(count: number): string[] {
  return count > SHOWN_ROWS ? [`and ${formatCount(count - SHOWN_ROWS)} more`] : [];
}

function describeType(extern: Extern): string {
  switch (extern.kind) {
    case 'function':
    case 'tag': {
      const { params, results } = extern.type;
      return `${extern.kind} (${listTypes(params)}) -> (${listTypes(results)})`;
    }
    case 'memory':
      return `memory ${describeMemory(extern.type)}`;
    case 'table':
      return `table of ${extern.type.element}, ${describeRange(extern.type)} entries`;
    default:
      return `global ${extern.type.mutable ? 'mutable ' : ''}${extern.type.type}`;
  }
}

function listTypes(types: readonly string[]): string {
  if (types.length <= SHOWN_TYPES) return types.join(', ');
  return `${types.slice(0, SHOWN_TYPES).join(', ')}, … ${formatCount(types.length)} in all`;
}

function limitRows(summary: Summary): Rows {
  const { memories, tables } = summary;
  return [
    ['memory', memories.map(({ type }) => describeMemory(type)).join('; ') || 'none'],
    [
      'tables',
      tables.map(({ type }) => `${type.element}, ${describeRange(type)} entries`).join('; ') ||
        'none',
    ],
    ['features', [...summary.features.keys()].join(', ') || 'none beyond the first version'],
    ['start function', summary.start === undefined ? 'none' : `function ${summary.start.index}`],
  ];
}

function describeMemory(type: {
  readonly minimum: number;
  readonly maximum: number | undefined;
  readonly pageSizeLog2: number;
  readonly shared: boolean;
}): string {
  const bytes = (pages: number): string => formatBytes(pages * 2 ** type.pageSizeLog2);
  const most =
    type.maximum === undefined ? 'no declared maximum' : `at most ${bytes(type.maximum)}`;
  return `${bytes(type.minimum)} at start, ${most}${type.shared ? ', shared' : ''}`;
}

function describeRange({
  minimum,
  maximum,
}: {
  minimum: number;
  maximum: number | undefined;
}): string {
  return maximum === undefined ? `${minimum} or more` : `${minimum} to ${maximum}`;
}

function renderSizes(summary: Summary, style: Style, measure: MeasureText): string[] {
  const { counts, sections, customSections, byteLength } = summary;
  const columns: Column[] = [{ title: 'section' }, { title: 'bytes', align: 'right' }];
  // Custom sections are in both lists, in the same order; here they get their own names.
  const names = customSections.values();
  const rows = sections.slice(0, SHOWN_ROWS).map(({ name, size }) => {
    const custom = name === 'custom' ? names.next().value : undefined;
    const shown = custom === undefined ? name : `custom "${describeName(custom.name)}"`;
    return [{ text: shown }, { text: formatCount(size) }];
  });
  return [
    `${formatCount(byteLength)} bytes: ${formatCount(counts.functions)} functions, ${formatCount(counts.instructions)} instructions, ${formatBytes(counts.dataBytes)} of data`,
    ...layOutTable(columns, rows, style.dim, measure).split('\n'),
    ...describeRest(sections.length),
  ];
}

function renderSection(title: string, lines: readonly string[], style: Style): string {
  const indented = lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`);
  return [style.bold(title), ...indented].join('\n');
}

function renderPairs(rows: Rows, style: Style): string {
  const shown = rows.filter((row): row is [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown
    .map(([label, value]) => `${style.dim(label.padEnd(width))}  ${escapeText(value)}`)
    .join('\n');
}
