import { resolve } from 'node:path';

import { startStudio } from '@testbench/studio';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { STUDIO_FLAGS } from '../flags/studio.js';
import { openBrowser } from '../open-browser.js';

/** `testbench studio` */
export async function studioCommand({
  io,
  flags,
}: CommandCall<typeof STUDIO_FLAGS>): Promise<ExitCode> {
  const { folder = '.', port, noOpen } = flags;
  await using studio = await startStudio({
    folder: resolve(io.cwd, folder),
    ...(port !== undefined && { port }),
  });
  io.stdout.write(`${studio.url}\n`);
  // Without a terminal, nobody is there to see it.
  if (!noOpen && io.stdout.isTTY === true) openBrowser(studio.createLaunchUrl());
  await new Promise<void>((done) => {
    if (io.signal.aborted) done();
    io.signal.addEventListener('abort', () => done(), { once: true });
  });
  // Nothing else ends it.
  return ExitCode.interrupted;
}
