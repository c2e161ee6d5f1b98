/**
 * A provider for promptfoo whose plugin is named in `config`: `id: file://node_modules/@testbench/promptfoo/dist/provider.js`.
 *
 * @packageDocumentation
 */
// oxlint-disable-next-line no-default-export -- promptfoo makes a provider of the default export of a module
export { TestbenchProvider as default } from './testbench-provider.js';
