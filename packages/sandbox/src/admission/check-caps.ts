import {
  type AdmissionViolation,
  MAX_MODULE_BYTES,
  MAX_TABLE_ELEMENTS,
  PAGE_BYTES,
} from '@testbench/types';
import type { ModuleSummary } from '@testbench/wasm';

import * as limits from '../limits.js';

interface Measure {
  readonly rule: string;
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly offset: number;
}

/** Compares every measure of a module with its cap. */
export function checkCaps(summary: ModuleSummary, maxMemoryBytes: number): AdmissionViolation[] {
  return [
    ...measureCounts(summary),
    ...measurePeaks(summary),
    ...measureStorage(summary, maxMemoryBytes),
  ]
    .filter(({ value, limit }) => value > limit)
    .map(({ rule, what, value, limit, offset }) => ({
      rule,
      value,
      limit,
      offset,
      message: `${what}: ${value}, limit is ${limit}`,
    }));
}

function* measureCounts(summary: ModuleSummary): Generator<Measure> {
  const { counts } = summary;
  const sectionOffset = (name: string): number =>
    summary.sections.find((section) => section.name === name)?.offset ?? 0;
  const count = (
    rule: string,
    what: string,
    value: number,
    limit: number,
    section: string,
  ): Measure => ({
    rule,
    what,
    value,
    limit,
    offset: sectionOffset(section),
  });
  yield count('maxModuleBytes', 'module bytes', summary.byteLength, MAX_MODULE_BYTES, '');
  yield count('maxTypes', 'types', counts.types, limits.MAX_TYPES, 'type');
  yield count('maxImports', 'imports', counts.imports, limits.MAX_IMPORTS, 'import');
  yield count('maxFunctions', 'functions', counts.functions, limits.MAX_FUNCTIONS, 'function');
  yield count('maxTables', 'tables', counts.tables, limits.MAX_TABLES, 'table');
  yield count('maxGlobals', 'globals', counts.globals, limits.MAX_GLOBALS, 'global');
  yield count('maxExports', 'exports', counts.exports, limits.MAX_EXPORTS, 'export');
  yield count(
    'maxSegments',
    'element segments',
    counts.elementSegments,
    limits.MAX_SEGMENTS,
    'element',
  );
  yield count(
    'maxSegmentElements',
    'entries of element segments',
    counts.elements,
    limits.MAX_SEGMENT_ELEMENTS,
    'element',
  );
  yield count('maxSegments', 'data segments', counts.dataSegments, limits.MAX_SEGMENTS, 'data');
  yield count(
    'maxBranchTableLabels',
    'labels of all br_tables',
    counts.branchTableLabels,
    limits.MAX_BRANCH_TABLE_LABELS,
    'code',
  );
  yield count(
    'maxCustomSections',
    'custom sections',
    counts.customSections,
    limits.MAX_CUSTOM_SECTIONS,
    'custom',
  );
  const customBytes = summary.customSections.reduce((sum, { size }) => sum + size, 0);
  yield count(
    'maxCustomSectionBytes',
    'bytes of custom sections',
    customBytes,
    limits.MAX_CUSTOM_SECTION_BYTES,
    'custom',
  );
}

function* measurePeaks({ peaks }: ModuleSummary): Generator<Measure> {
  yield {
    rule: 'maxParams',
    what: 'parameters of a type',
    limit: limits.MAX_PARAMS,
    ...peaks.params,
  };
  yield {
    rule: 'maxResults',
    what: 'results of a type',
    limit: limits.MAX_RESULTS,
    ...peaks.results,
  };
  yield {
    rule: 'maxLocals',
    what: 'locals of a function',
    limit: limits.MAX_LOCALS,
    ...peaks.locals,
  };
  yield {
    rule: 'maxBodyBytes',
    what: 'bytes of a function body',
    limit: limits.MAX_BODY_BYTES,
    ...peaks.bodyBytes,
  };
  yield { rule: 'maxNesting', what: 'nested blocks', limit: limits.MAX_NESTING, ...peaks.nesting };
  yield {
    rule: 'maxLocalsTimesBranches',
    what: 'locals times branches of a function',
    limit: limits.MAX_LOCALS_TIMES_BRANCHES,
    ...peaks.localsTimesBranches,
  };
}

function* measureStorage(summary: ModuleSummary, maxMemoryBytes: number): Generator<Measure> {
  for (const { type, offset } of summary.tables) {
    const limit = MAX_TABLE_ELEMENTS;
    yield {
      rule: 'maxTableElements',
      what: 'elements of a table',
      value: type.minimum,
      limit,
      offset,
    };
  }
  for (const { type, offset } of summary.memories) {
    const value = type.minimum * PAGE_BYTES;
    yield { rule: 'maxMemoryBytes', what: 'bytes of memory', value, limit: maxMemoryBytes, offset };
  }
}
