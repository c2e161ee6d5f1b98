import type { InstallEvent } from '@testbench/registry/install';

import type { CliOutput } from '../cli-io.js';
import { escapeText } from './escape-text.js';
import { formatBytes } from './format-value.js';

const CLEAR_LINE = '\r\u001B[K';
const REDRAW_EVERY_MS = 60;

/** Reports installs: transfers in one line of a terminal, important events in their own lines. */
export class TransferBar {
  readonly #output: CliOutput;
  readonly #isQuiet: boolean;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #isVisible = false;

  constructor(output: CliOutput, isQuiet: boolean) {
    this.#output = output;
    this.#isQuiet = isQuiet;
  }

  show(event: InstallEvent): void {
    if (this.#isQuiet) return;
    if (event.type === 'progress') {
      this.#draw(event);
      return;
    }
    const line = describe(event);
    if (line === undefined) return;
    this.clear();
    this.#output.write(`${escapeText(line)}\n`);
  }

  clear(): void {
    if (this.#isVisible) this.#output.write(CLEAR_LINE);
    this.#isVisible = false;
  }

  #draw({
    name,
    direction,
    transferredBytes,
    totalBytes,
  }: InstallEvent & { type: 'progress' }): void {
    const now = performance.now();
    if (this.#output.isTTY !== true || now - this.#drawnAt < REDRAW_EVERY_MS) return;
    this.#drawnAt = now;
    this.#isVisible = true;
    const verb = direction === 'fetch' ? 'fetching' : 'pushing';
    const text = `${verb} ${name}: ${formatBytes(transferredBytes)} of ${formatBytes(totalBytes)}`;
    this.#output.write(
      `${CLEAR_LINE}${escapeText(text).slice(0, (this.#output.columns ?? 80) - 1)}`,
    );
  }
}

function describe(event: InstallEvent): string | undefined {
  switch (event.type) {
    case 'skipped':
      return `${event.name}@${event.version} is passed over: ${event.reason}`;
    case 'verified':
      return event.firstUse
        ? `${event.name}@${event.version} is signed by ${event.signers.join(', ')}, who is trusted from now on`
        : undefined;
    case 'damaged':
      return `${event.path} was damaged, and is fetched again`;
    case 'behind':
      return `${event.name} stays at ${event.locked}: the registry offers ${event.version}, which is lower`;
    case 'rejected':
      return `${event.name}@${event.version} failed (${event.reason}), and will not be tried again`;
    default:
      return undefined;
  }
}
