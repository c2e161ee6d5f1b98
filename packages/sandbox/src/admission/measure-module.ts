import { PAGE_BYTES } from '@testbench/types';
import type { AdmissionViolation } from '@testbench/types/errors';
import type { ModuleSummary, Peak } from '@testbench/wasm';

import type { AdmissionCaps } from '../limits.js';

/** A module's amount of something that has a cap. */
export interface AdmissionMeasure {
  readonly rule: keyof AdmissionCaps | 'maxMemoryBytes';
  /** A description of what is counted. */
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  /** Start of the largest item, or of the section that contains the items. */
  readonly offset: number;
}

/** Measures everything in a module that has a cap, whether it is near the cap or not. */
export function measureModule(
  summary: ModuleSummary,
  caps: AdmissionCaps,
  maxMemoryBytes: number,
): AdmissionMeasure[] {
  const limits = { ...caps, maxMemoryBytes };
  const { counts, peaks, sections } = summary;
  const measure = (
    rule: AdmissionMeasure['rule'],
    what: string,
    value: number,
    offset: number,
  ): AdmissionMeasure => ({ rule, what, value, limit: limits[rule], offset });
  const peak = (rule: AdmissionMeasure['rule'], what: string, { value, offset }: Peak) =>
    measure(rule, what, value, offset);
  const at = (section: string): number =>
    sections.find(({ name }) => name === section)?.offset ?? 0;
  const customBytes = summary.customSections.reduce((sum, { size }) => sum + size, 0);
  const customs = at('custom');
  return [
    measure('maxModuleBytes', 'module bytes', summary.byteLength, 0),
    measure('maxTypes', 'types', counts.types, at('type')),
    measure('maxImports', 'imports', counts.imports, at('import')),
    measure('maxFunctions', 'functions', counts.functions, at('function')),
    measure('maxMemories', 'memories', counts.memories, at('memory')),
    measure('maxTables', 'tables', counts.tables, at('table')),
    measure('maxGlobals', 'globals', counts.globals, at('global')),
    measure('maxExports', 'exports', counts.exports, at('export')),
    measure('maxSegments', 'element segments', counts.elementSegments, at('element')),
    measure('maxSegmentElements', 'entries of element segments', counts.elements, at('element')),
    measure(
      'maxConstantInstructions',
      'instructions of constant expressions',
      counts.constantInstructions,
      at('global'),
    ),
    measure('maxSegments', 'data segments', counts.dataSegments, at('data')),
    measure(
      'maxBranchTableLabels',
      'labels of all br_tables',
      counts.branchTableLabels,
      at('code'),
    ),
    measure('maxCustomSections', 'custom sections', counts.customSections, customs),
    measure('maxCustomSectionBytes', 'bytes of custom sections', customBytes, customs),
    peak('maxParams', 'parameters of a type', peaks.params),
    peak('maxResults', 'results of a type', peaks.results),
    peak('maxLocals', 'locals of a function', peaks.locals),
    peak('maxOperands', 'operands of a function', peaks.operands),
    peak('maxBodyBytes', 'bytes of a function body', peaks.bodyBytes),
    peak('maxNesting', 'nested blocks', peaks.nesting),
    peak(
      'maxLocalsTimesBranches',
      'locals and operands, times branches, of a function',
      peaks.localsTimesBranches,
    ),
    measure(
      'maxTotalLocalsTimesBranches',
      'locals and operands, times branches, of all functions',
      counts.localsTimesBranches,
      at('code'),
    ),
    measure(
      'maxCompileMs',
      'milliseconds to compile, estimated',
      Math.ceil(counts.compileUs / 1000),
      peaks.compileUs.offset,
    ),
    ...summary.tables.map(({ type, offset }) =>
      measure('maxTableElements', 'elements of a table', type.minimum, offset),
    ),
    ...summary.memories.map(({ type, offset }) =>
      measure('maxMemoryBytes', 'bytes of memory', type.minimum * PAGE_BYTES, offset),
    ),
  ];
}

/** The measures that are above their caps. */
export function exceeded(measures: readonly AdmissionMeasure[]): AdmissionViolation[] {
  return measures
    .filter(({ value, limit }) => value > limit)
    .map(({ rule, what, value, limit, offset }) => ({
      rule,
      value,
      limit,
      offset,
      message: `${what}: ${value}, limit is ${limit}`,
    }));
}
