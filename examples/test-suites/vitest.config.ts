import { EvaluationReporter } from '@testbench/vitest/reporter';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['vitest/*.test.js'],
    reporters: ['default', new EvaluationReporter()],
  },
});
