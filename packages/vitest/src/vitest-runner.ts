import { afterAll, describe, expect, test } from 'vitest';

import type { EvaluationSummary, TestRunner, UpdateMode } from './evaluation/test-runner.js';
import { META } from './vitest-runner-meta.js';

/** Where vitest 3 and 4 keep it, which have no public name for it. */
const BEFORE_5 = '_updateSnapshot';

/** Vitest. */
export const VITEST: TestRunner = {
  specificationVersion: 'v1',
  // The rules are for tests themselves.
  // oxlint-disable vitest/valid-describe-callback, vitest/valid-title, vitest/expect-expect
  suite: (name, body) => void describe(name, body),
  test(name, timeoutMs, run) {
    test(name, { timeout: timeoutMs }, async ({ task }) => {
      const meta = task.meta as { [META]?: EvaluationSummary };
      await run({
        // With the reporter, the summary has it.
        note: () => {},
        summarise: (summary) => void (meta[META] = summary),
      });
    });
  },
  // oxlint-enable vitest/valid-describe-callback, vitest/valid-title, vitest/expect-expect
  afterAll: (run) => afterAll(run),
  updateMode() {
    const { snapshotState } = expect.getState();
    const known: UpdateMode | undefined = snapshotState.snapshotUpdateState;
    if (known !== undefined) return known;
    return (snapshotState as unknown as { readonly [BEFORE_5]?: UpdateMode })[BEFORE_5] ?? 'none';
  },
};
