#!/usr/bin/env node
// What V8 made of the modules of one command is there for the next, in a folder that only this user writes: Node's own default is shared by
// everybody on the machine.
const { HOME = '', XDG_CACHE_HOME = '' } = process.env;
const folder = XDG_CACHE_HOME.startsWith('/') ? XDG_CACHE_HOME : `${HOME}/.cache`;
// Node 20 has none, and without a folder that can be written there is none either.
if (folder.startsWith('/')) {
  process.getBuiltinModule('node:module').enableCompileCache?.(`${folder}/testbench/code`);
}
const { runProcess } = await import('../dist/index.js');

await runProcess();
