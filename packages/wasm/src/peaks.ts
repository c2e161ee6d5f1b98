import type { ModuleSummary } from './module-summary.js';

type Measures = ModuleSummary['peaks'];

/** The largest value of each measure so far, and its offset. */
export class Peaks {
  readonly measures: { -readonly [Measure in keyof Measures]: Measures[Measure] } = {
    params: { value: 0, offset: 0 },
    results: { value: 0, offset: 0 },
    locals: { value: 0, offset: 0 },
    bodyBytes: { value: 0, offset: 0 },
    nesting: { value: 0, offset: 0 },
    branches: { value: 0, offset: 0 },
    localsTimesBranches: { value: 0, offset: 0 },
    compileUs: { value: 0, offset: 0 },
    operands: { value: 0, offset: 0 },
    branchTableLabels: { value: 0, offset: 0 },
    elements: { value: 0, offset: 0 },
    dataBytes: { value: 0, offset: 0 },
  };

  raise(measure: keyof Measures, value: number, offset: number): void {
    if (value > this.measures[measure].value) this.measures[measure] = { value, offset };
  }
}
