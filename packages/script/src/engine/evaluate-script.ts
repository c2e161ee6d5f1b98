import { appendCustomSection } from '@testbench/wasm';
import { METADATA_SECTION } from '@testbench/types/abi';
import { encodeMetadata, type PluginMetadata } from '@testbench/types';

import { engineFiles } from '../engine-files.js';
import { scriptError, type ScriptErrorCode, type ScriptProblem } from '../script-error.js';
import { completeMetadata, type ScriptOutcome } from './complete-metadata.js';
import { type Box, Engine } from './engine.js';
import { takeSnapshot } from './snapshot.js';

/** Name of a bundle in the engine's stacks; `guest/errors.ts` knows it. */
const BUNDLE = 'script.js';
/** Where the guest is found while the module is built. */
const GUEST = '__testbench';

/** Code that is evaluated in the engine, and becomes a plugin. */
export interface EvaluatedScript {
  /** An ES module without imports, with the exports that `guest/definition.ts` reads. */
  readonly code: string;
  /** Where its pieces come from; see `guest/source-map.ts`. */
  readonly places?: { readonly sources: readonly string[]; readonly mappings: string };
  /** Scripts that are evaluated before it, such as an interpreter of another language. */
  readonly before?: readonly { readonly name: string; readonly code: string }[];
  /** The file that the author wrote, for messages. */
  readonly file: string;
  /** Name of the plugin, if the script does not state one. */
  readonly name: string;
}

/** A script as a plugin. */
export interface CompiledScript {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly metadata: PluginMetadata;
  /** Messages that the script logged while it was evaluated. */
  readonly warnings: readonly string[];
}

/**
 * Evaluates a script once, and makes a module of the resulting state.
 *
 * The same script always gives the same bytes.
 *
 * @throws {ScriptError} `SCRIPT_EVALUATE_FAILED` with the place in the author's source; `SCRIPT_INVALID` for what is not a plugin.
 */
export function evaluateScript(script: EvaluatedScript): CompiledScript {
  const engine = new Engine();
  const run = new EngineRun(engine, script.file);
  run.begin();
  for (const { name, code } of script.before ?? []) run.need(engine.evaluate(code, name, false));
  if (script.places !== undefined) {
    run.ask('places', engine.newText(JSON.stringify(script.places)));
  }
  run.ask('load', run.need(engine.evaluate(script.code, BUNDLE, true)));
  const outcome = JSON.parse(run.text('outcome')) as ScriptOutcome;
  if ('problem' in outcome) throw run.failed(outcome.problem);
  const metadata = completeMetadata(outcome, script);
  const text = JSON.stringify(encodeMetadata(metadata));
  run.ask('seal', 0);
  const entries = [run.get('initialize'), run.get('execute'), run.get('finish')] as const;
  run.need(engine.evaluate(`delete globalThis.${GUEST}`, BUNDLE, false));
  engine.seal(entries, text);
  const bytes = appendCustomSection(
    takeSnapshot(engine),
    METADATA_SECTION,
    new TextEncoder().encode(text),
  );
  return { bytes, metadata, warnings: engine.logged };
}

interface Described {
  readonly message: string;
  readonly stack: readonly Partial<ScriptProblem>[];
}

/** Evaluates code, and throws any error of the engine. */
class EngineRun {
  readonly #engine: Engine;
  readonly #file: string;

  constructor(engine: Engine, file: string) {
    this.#engine = engine;
    this.#file = file;
  }

  begin(): void {
    const make = `(function (host) { ${engineFiles().guest}\n globalThis.${GUEST} = guest; })`;
    const engine = this.#engine;
    engine.call(this.need(engine.evaluate(make, 'guest.js', false)), engine.hostFunction());
  }

  /** A function of the guest. */
  get(name: string): Box {
    return this.need(this.#engine.evaluate(`${GUEST}.${name}`, BUNDLE, false));
  }

  ask(name: string, value: Box): Box {
    const given = value === 0 ? this.#engine.newText('') : value;
    return this.need(this.#engine.call(this.get(name), given));
  }

  text(name: string): string {
    return this.#engine.textOf(this.ask(name, 0)) ?? '{}';
  }

  /** Returns a box, or throws the error that the engine threw instead. */
  need(box: Box): Box {
    if (!this.#engine.isException(box)) return box;
    const thrown = this.#engine.exception();
    const describe = this.#engine.evaluate(`${GUEST}.describe`, BUNDLE, false);
    const text = this.#engine.textOf(this.#engine.call(describe, thrown));
    throw this.failed(
      text === undefined
        ? { message: 'it uses more time or memory than a build has', stack: [] }
        : (JSON.parse(text) as Described),
    );
  }

  failed({ message, stack }: Described, code: ScriptErrorCode = 'SCRIPT_EVALUATE_FAILED'): Error {
    const place = stack.find(({ file }) => file !== undefined);
    const { file = this.#file, line = 0, column = 0 } = place ?? {};
    return scriptError(code, this.#file, [{ file, line, column, message }]);
  }
}
