import type { CliIo } from '../cli-io.js';
import { renderProblem, type ShownProblem } from './render-problem.js';
import { createStyle } from './style.js';

/** Writes every mistake with its line. */
export function writeProblems(io: CliIo, problems: readonly ShownProblem[]): void {
  const style = createStyle(io.stderr, io.env);
  for (const problem of problems) {
    io.stderr.write(`${renderProblem(problem, style).join('\n')}\n`);
  }
}
