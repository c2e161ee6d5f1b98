import type { CliOutput } from '../cli-io.js';
import { escapeJson } from './escape-text.js';

/** What `--json` prints: one document, with what could steer a terminal as escapes. */
export function writeJson(output: CliOutput, value: unknown): void {
  output.write(escapeJson(`${JSON.stringify(value, undefined, 2)}\n`));
}
