import { type AdmissionViolation, PAGE_BYTES } from '@testbench/types';
import type { ModuleSummary, Peak } from '@testbench/wasm';

import type { AdmissionCaps } from '../limits.js';

interface Measure {
  readonly rule: keyof AdmissionCaps | 'maxMemoryBytes';
  readonly what: string;
  readonly value: number;
  readonly offset: number;
}

/** Compares every measure of a module with its cap. */
export function checkCaps(
  summary: ModuleSummary,
  caps: AdmissionCaps,
  maxMemoryBytes: number,
): AdmissionViolation[] {
  const limits = { ...caps, maxMemoryBytes };
  return measureModule(summary)
    .filter(({ rule, value }) => value > limits[rule])
    .map(({ rule, what, value, offset }) => ({
      rule,
      value,
      limit: limits[rule],
      offset,
      message: `${what}: ${value}, limit is ${limits[rule]}`,
    }));
}

/** Everything of a module that has a cap, whether it is near it or not. */
function measureModule(summary: ModuleSummary): Measure[] {
  const { counts, peaks, sections } = summary;
  const inSection = (
    section: string,
    rule: Measure['rule'],
    what: string,
    value: number,
  ): Measure => {
    const offset = sections.find(({ name }) => name === section)?.offset ?? 0;
    return { rule, what, value, offset };
  };
  const peak = (rule: Measure['rule'], what: string, { value, offset }: Peak): Measure => ({
    rule,
    what,
    value,
    offset,
  });
  const customBytes = summary.customSections.reduce((sum, { size }) => sum + size, 0);
  return [
    inSection('', 'maxModuleBytes', 'module bytes', summary.byteLength),
    inSection('type', 'maxTypes', 'types', counts.types),
    inSection('import', 'maxImports', 'imports', counts.imports),
    inSection('function', 'maxFunctions', 'functions', counts.functions),
    inSection('memory', 'maxMemories', 'memories', counts.memories),
    inSection('table', 'maxTables', 'tables', counts.tables),
    inSection('global', 'maxGlobals', 'globals', counts.globals),
    inSection('export', 'maxExports', 'exports', counts.exports),
    inSection('element', 'maxSegments', 'element segments', counts.elementSegments),
    inSection('element', 'maxSegmentElements', 'entries of element segments', counts.elements),
    inSection('data', 'maxSegments', 'data segments', counts.dataSegments),
    inSection('code', 'maxBranchTableLabels', 'labels of all br_tables', counts.branchTableLabels),
    inSection('custom', 'maxCustomSections', 'custom sections', counts.customSections),
    inSection('custom', 'maxCustomSectionBytes', 'bytes of custom sections', customBytes),
    peak('maxParams', 'parameters of a type', peaks.params),
    peak('maxResults', 'results of a type', peaks.results),
    peak('maxLocals', 'locals of a function', peaks.locals),
    peak('maxBodyBytes', 'bytes of a function body', peaks.bodyBytes),
    peak('maxNesting', 'nested blocks', peaks.nesting),
    peak(
      'maxLocalsTimesBranches',
      'locals times branches of a function',
      peaks.localsTimesBranches,
    ),
    ...summary.tables.map(({ type, offset }) =>
      peak('maxTableElements', 'elements of a table', { value: type.minimum, offset }),
    ),
    ...summary.memories.map(({ type, offset }) =>
      peak('maxMemoryBytes', 'bytes of memory', { value: type.minimum * PAGE_BYTES, offset }),
    ),
  ];
}
