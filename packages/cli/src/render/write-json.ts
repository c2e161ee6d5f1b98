import type { CliOutput } from '../cli-io.js';
import { escapeJson } from './escape-text.js';

/** Prints `--json` output: one document, with terminal control characters escaped. */
export function writeJson(output: CliOutput, value: unknown): void {
  output.write(escapeJson(`${JSON.stringify(value, undefined, 2)}\n`));
}
