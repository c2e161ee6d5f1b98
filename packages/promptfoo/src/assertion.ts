/**
 * An assertion for promptfoo whose evaluator is named in `config`: `type: javascript`, `value: file://node_modules/@testbench/promptfoo/dist/assertion.js`.
 *
 * @packageDocumentation
 */
import {
  assess,
  type AssertionContext,
  type GradingResult,
  readAssertion,
} from './create-assertion.js';

/**
 * Scores an output with the evaluator that the assertion's `config` names; its fields are those of `AssertionOptions`.
 *
 * @throws {ConfigError} The configuration is wrong, or there is no such plugin.
 * @throws {LoadError} The plugin does not load.
 * @throws {CallError} The call failed.
 */
// oxlint-disable-next-line no-default-export -- promptfoo calls the default export of a module
export default async function assertion(
  output: unknown,
  context: AssertionContext,
): Promise<GradingResult> {
  return await assess(readAssertion(context.config), output, context);
}
