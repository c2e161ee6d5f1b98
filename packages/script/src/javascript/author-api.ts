/** What `import … from '@testbench/script'` provides inside a script: the exports of `define.ts`, and nothing that needs Node. */
export const AUTHOR_API = `
const define = (pluginType) => (definition) => ({ ...definition, pluginType });
export const defineEvaluator = define('evaluator');
export const defineTransform = define('transform');
export const defineFilter = define('filter');
export const defineProvider = define('provider');
export const defineCustom = define('custom');
export class InvalidInputError extends Error {
  get name() {
    return 'InvalidInputError';
  }
}
`;
