/**
 * Tools that models want to be called: how a provider hands them on.
 *
 * @packageDocumentation
 */
export { readToolCalls, type ToolCall } from './tool-calls.js';
