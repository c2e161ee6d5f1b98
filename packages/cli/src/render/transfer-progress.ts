import type { TransferProgress } from '@testbench/types/stores';

import type { CliOutput } from '../cli-io.js';
import { formatBytes } from './format-value.js';

const CLEAR_LINE = '\r\u001b[2K';

/** Shows the progress of a transfer on a terminal; otherwise nothing. */
export class TransferLine {
  readonly #output: CliOutput;
  #shown = '';

  constructor(output: CliOutput) {
    this.#output = output;
  }

  update({ direction, digest, transferredBytes, totalBytes }: TransferProgress): void {
    if (this.#output.isTTY !== true) return;
    const share = totalBytes === 0 ? 100 : Math.floor((transferredBytes / totalBytes) * 100);
    const line = `${direction} ${digest.slice(7, 19)} ${share} % of ${formatBytes(totalBytes)}`;
    if (line === this.#shown) return;
    this.#shown = line;
    this.#output.write(`${CLEAR_LINE}${line}`);
  }

  clear(): void {
    if (this.#shown === '') return;
    this.#output.write(CLEAR_LINE);
    this.#shown = '';
  }
}
