import { resolve } from 'node:path';

import { startStudio } from '@testbench/studio';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { STUDIO_FLAGS } from '../flags/studio.js';
import { openBrowser } from '../open-browser.js';
import { findAsNeeded } from '../project-plugins.js';
import { scriptCompiler } from '../script-modules.js';
import { studioRegistries } from '../studio-registries.js';

/** `testbench studio` */
export async function studioCommand({
  io,
  flags,
}: CommandCall<typeof STUDIO_FLAGS>): Promise<ExitCode> {
  const { folder: given = '.', port, noOpen } = flags;
  const folder = resolve(io.cwd, given);
  // Lockfile, registries and rules are those of the project.
  const inProject = { ...io, cwd: folder };
  await using studio = await startStudio({
    folder,
    ...(port !== undefined && { port }),
    findPlugin: findAsNeeded(inProject, { json: false }),
    compileScript: scriptCompiler(inProject),
    registries: studioRegistries(inProject),
  });
  io.stdout.write(`${studio.url}\n`);
  // Without a terminal, there is no one to see it.
  if (!noOpen && io.stdout.isTTY === true) openBrowser(studio.createLaunchUrl());
  await new Promise<void>((done) => {
    if (io.signal.aborted) done();
    io.signal.addEventListener('abort', () => done(), { once: true });
  });
  // Nothing else ends it.
  return ExitCode.interrupted;
}
