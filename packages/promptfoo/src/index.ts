/**
 * Testbench's evaluators as assertions of promptfoo, and its providers as providers.
 *
 * It is a separate package because it runs inside of promptfoo, which calls it.
 *
 * @packageDocumentation
 */
export {
  type Assertion,
  type AssertionContext,
  type AssertionOptions,
  createAssertion,
  type GradingResult,
} from './create-assertion.js';
export type { PluginUse } from './plugin-pool.js';
export {
  type ProviderArguments,
  type ProviderOptions,
  type ProviderResponse,
  TestbenchProvider,
} from './testbench-provider.js';
