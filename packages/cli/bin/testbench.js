#!/usr/bin/env node
// Caches V8's compiled code of the modules of one command for the next, in a folder that only this user can write to: Node's default is shared by
// all users of the machine.
const { HOME = '', XDG_CACHE_HOME = '' } = process.env;
const base = XDG_CACHE_HOME.startsWith('/') ? XDG_CACHE_HOME : HOME && `${HOME}/.cache`;
// Node 20 has no such cache.
const { enableCompileCache } = process.getBuiltinModule('node:module');
if (enableCompileCache !== undefined && base.startsWith('/')) {
  const { existsSync, mkdirSync } = process.getBuiltinModule('node:fs');
  try {
    // Level by level: Node's recursive mkdir never ends below /proc.
    for (const folder of [base, `${base}/testbench`, `${base}/testbench/code`]) {
      if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    }
    enableCompileCache(`${base}/testbench/code`);
  } catch {
    // Without a folder the command takes a little longer.
  }
}
const { runProcess } = await import('../dist/index.js');

await runProcess();
