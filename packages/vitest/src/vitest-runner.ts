import { afterAll, describe, expect, test } from 'vitest';

import type { EvaluationSummary, TestRunner, UpdateMode } from './evaluation/test-runner.js';
import { META } from './vitest-runner-meta.js';

const MODE = '_updateSnapshot';

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
    // Vitest tells no one else what `-u` was.
    const { snapshotState } = expect.getState() as unknown as {
      snapshotState?: { [MODE]?: UpdateMode };
    };
    return snapshotState?.[MODE] ?? 'none';
  },
};
