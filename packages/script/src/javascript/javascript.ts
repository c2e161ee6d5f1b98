import { createHash } from 'node:crypto';

import { engineFiles } from '../engine-files.js';
import { evaluateScript } from '../engine/evaluate-script.js';
import type { ReadScript, ScriptLanguage, ScriptSource } from '../language.js';
import { bundleScript } from './bundle-script.js';
import { placesOf } from './places.js';

/** Changes when the same source compiles to another plugin for a reason not covered elsewhere. */
const FORMAT = 1;

/** JavaScript and TypeScript, with what they import. */
export const javascript: ScriptLanguage = {
  name: 'javascript',
  extensions: ['.js', '.mjs', '.ts', '.mts'],

  wrapExpression: (expression) =>
    `export const evaluate = ({ input, output, expected, record, ...fields }, context) => (${expression}\n);`,

  async read(source: ScriptSource): Promise<ReadScript> {
    const { code, map, inputs, file, warnings } = await bundleScript(source);
    const { name } = source;
    const places = placesOf(map);
    const key = createHash('sha256')
      .update(JSON.stringify([FORMAT, engineFiles().digest, name, file, code, places]))
      .digest('hex');
    return {
      key,
      inputs,
      warnings,
      compile: () => evaluateScript({ code, places, file, name }),
    };
  },
};
