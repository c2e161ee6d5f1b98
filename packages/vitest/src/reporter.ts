/**
 * A reporter of vitest that prints the means of evaluations.
 *
 * @packageDocumentation
 */
import type { Reporter, TestModule } from 'vitest/node';

import { summaryTable } from './evaluation/define-evaluation.js';
import type { EvaluationSummary } from './evaluation/test-runner.js';
import { META } from './vitest-runner-meta.js';

/**
 * Prints a table for each evaluation when the tests have run: means, thresholds and baselines.
 *
 * @example
 * ```ts no-run
 * import { EvaluationReporter } from '@testbench/vitest/reporter';
 * import { defineConfig } from 'vitest/config';
 *
 * export default defineConfig({ test: { reporters: ['default', new EvaluationReporter()] } });
 * ```
 */
export class EvaluationReporter implements Reporter {
  readonly #write: (text: string) => void;

  /** @param write Receives the tables. @default writes them to stdout */
  constructor(write: (text: string) => void = (text) => void process.stdout.write(text)) {
    this.#write = write;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const summary = (test.meta() as { [META]?: EvaluationSummary })[META];
        if (summary === undefined) continue;
        this.#write(`\n ${summary.name}\n${summaryTable(summary)}\n`);
      }
    }
  }
}
