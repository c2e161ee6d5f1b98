// Runs `testbench` with the given arguments, and reports its exit code, how much it printed, and how its errors begin.
import { main } from '@testbench/cli';

let printed = 0;
let errors = '';
const code = await main(process.argv.slice(2), {
  stdout: { write: (text) => (printed += text.length) },
  stderr: { write: (text) => (errors += text) },
  env: {},
  cwd: process.cwd(),
  signal: new AbortController().signal,
});
console.log(JSON.stringify({ code, printed, errors: errors.slice(0, 300) }));
