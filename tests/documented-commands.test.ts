import { describe, expect, it } from 'vitest';

import { commandProblem, shellCommands } from '../scripts/lib/blocks/shell.mjs';

describe('shellCommands()', () => {
  it.each([
    { block: 'a b # c', commands: [['a', 'b']] },
    { block: "a 'b c' \"d e\" --x='f g'", commands: [['a', 'b c', 'd e', '--x=f g']] },
    { block: 'a \\\n  b | c && d; e', commands: [['a', 'b'], ['c'], ['d'], ['e']] },
    { block: 'A=1 a > out 2>&1 < in', commands: [['a']] },
    { block: '# nothing\n\n', commands: [] },
  ])('reads $block', ({ block, commands }) => {
    expect(shellCommands(block)).toEqual(commands);
  });
});

describe('commandProblem()', () => {
  const flag = { kind: 'boolean' };
  const text = { kind: 'text' };
  const commands = [
    { name: 'run', positionals: [{ name: 'config' }], flags: { dryRun: flag, outputDir: text } },
    { name: 'plugin keys list', positionals: [], flags: {} },
    { name: 'merge', positionals: [{ name: 'shard', isMany: true }], flags: {} },
  ];

  it.each([
    ['run a.yaml --dry-run --output-dir x', undefined],
    ['run --output-dir=x a.yaml', undefined],
    ['run --help', undefined],
    ['plugin keys list', undefined],
    ['merge a b c', undefined],
    ['merge', '"testbench merge" needs 1 arguments, not 0'],
    ['run a.yaml --dryrun', '"testbench run" has no option --dryrun'],
    ['run', '"testbench run" needs 1 arguments, not 0'],
    ['run a b', '"testbench run" takes 1 arguments, not 2'],
    ['walk a.yaml', 'there is no command "walk a.yaml"'],
  ])('says of %s: %s', (line, problem) => {
    expect(commandProblem(line.split(' '), commands)).toBe(problem);
  });
});
