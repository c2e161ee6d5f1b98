/**
 * Tools that models want to call: how a provider passes them on.
 *
 * @packageDocumentation
 */
export { readToolCalls, type ToolCall } from './tool-calls.js';
