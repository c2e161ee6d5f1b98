import { assemble, guestWat } from '@testbench/test-kit';

import { LATE_MS, refusalOf } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';
import { childrenOf } from '../children.ts';
import { FORGERIES } from '../modules/forgeries.ts';
import { withForgingChild, withForgingThread } from '../modules/impostors.ts';
import { plugin } from './shorthand.ts';

const fine = assemble(guestWat());
const forever = plugin({ execute: '(loop (br 0)) (unreachable)' });
const input = { data: null };

/** The code of an error, or `ok`. */
async function outcomeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return 'ok';
  } catch (error) {
    return refusalOf(error).code;
  }
}

/** Rows 95 to 100. */
export const managerRows: readonly Attack[] = [
  {
    row: 95,
    name: 'an error in a worker thread that nobody listens to',
    modes: ['thread'],
    run: (arena) => forge(arena, 'an error that nobody catches'),
  },
  {
    row: 95,
    name: 'an input that does not fit the heap of a thread',
    modes: ['thread', 'process'],
    async run(arena) {
      const manager = await arena.manager({
        limits: { maxInputBytes: 2 ** 30, maxMemoryBytes: 2 ** 30, timeoutMs: 10_000 },
      });
      await manager.load(fine, { id: 'attacker' });
      const data = 'x'.repeat(33 * 2 ** 20);
      const code = await outcomeOf(manager.execute('attacker', { data }));
      insist(code === 'CALL_INVALID_INPUT', code);
      return `${code} beyond 32 Mi characters`;
    },
  },
  {
    row: 96,
    name: '200 loads, unloads, reloads and calls at once',
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager({ limits: { timeoutMs: 10_000 } });
      // Every process has a cost; threads and the caller's own do not.
      const rounds = arena.mode === 'process' ? 10 : 50;
      const actions: Promise<string>[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const id = `racer-${round % 3}`;
        actions.push(
          outcomeOf(manager.load(fine, { id })),
          outcomeOf(manager.execute(id, input)),
          outcomeOf(manager.reload(id, fine, { drainTimeoutMs: 1000 })),
          outcomeOf(manager.unload(id)),
        );
        if (round % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const outcomes = new Set(await Promise.all(actions));
      const expected = new Set([
        'ok',
        'LOAD_ALREADY_LOADED',
        'LOAD_NOT_LOADED',
        'LOAD_UNLOADED',
        'CALL_NOT_FOUND',
        'CALL_UNLOADED',
        'CALL_REPLACED',
      ]);
      const strange = [...outcomes].filter((outcome) => !expected.has(outcome));
      insist(strange.length === 0, `one ended with ${strange.join(', ')}`);
      for (const { id } of manager.list()) {
        insist((await outcomeOf(manager.execute(id, input))) === 'ok', `${id} is broken`);
      }
      return `all settle: ${[...outcomes].join(', ')}`;
    },
  },
  {
    row: 97,
    name: 'unload during a call',
    modes: ['thread', 'process'],
    async run(arena) {
      const manager = await arena.manager({ limits: { timeoutMs: 1000 } });
      await manager.load(forever, { id: 'attacker' });
      const started = performance.now();
      const call = outcomeOf(manager.execute('attacker', input));
      const unloading = manager.unload('attacker');
      const later = await outcomeOf(manager.execute('attacker', input));
      insist(/^CALL_(NOT_FOUND|UNLOADED)$/.test(later), `a later call gave ${later}`);
      await unloading;
      const code = await call;
      // It is allowed to end, within its own limit.
      insist(code === 'CALL_DEADLINE_EXCEEDED', code);
      insist(performance.now() - started < 1000 + LATE_MS, 'it ended too late');
      insist(manager.info('attacker') === undefined, 'it is still there');
      return `${code} at its own limit, ${later} for a later call`;
    },
  },
  {
    row: 98,
    name: 'more calls than may wait',
    modes: ISOLATED,
    async run(arena) {
      const manager = await arena.manager({ limits: { timeoutMs: 20_000 } });
      await manager.load(fine, { id: 'attacker' });
      const aborts = Array.from({ length: 11_000 }, () => new AbortController());
      const calls = aborts.map(({ signal }) =>
        outcomeOf(manager.execute('attacker', input, { signal })),
      );
      setTimeout(() => {
        for (const abort of aborts) abort.abort();
      }, 500);
      const outcomes = new Map<string, number>();
      for (const code of await Promise.all(calls)) {
        outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
      }
      const refused = outcomes.get('CALL_CONCURRENCY_EXCEEDED') ?? 0;
      insist(arena.mode === 'inline' || refused > 0, 'none was refused');
      const strange = [...outcomes.keys()].filter(
        (code) => !/^(ok|CALL_CONCURRENCY_EXCEEDED|CALL_CANCELLED)$/.test(code),
      );
      insist(strange.length === 0, `one ended with ${strange.join(', ')}`);
      return [...outcomes].map(([code, count]) => `${count} ${code}`).join(', ');
    },
  },
  {
    row: 99,
    name: 'a child that dies in each of its calls',
    modes: ['process'],
    async run(arena) {
      const before = childrenOf(process.pid);
      const manager = await arena.manager({ limits: { timeoutMs: 5000 } });
      const known = new Set([...before, ...childrenOf(process.pid)]);
      await manager.load(forever, { id: 'attacker' });
      const codes: string[] = [];
      for (let round = 0; round < 4; round += 1) {
        const call = outcomeOf(manager.execute('attacker', input));
        // A new process belongs to the attacker; it is killed as the kernel would do when memory runs out.
        const killer = setInterval(() => {
          for (const pid of childrenOf(process.pid)) {
            if (!known.has(pid)) process.kill(pid, 'SIGKILL');
          }
        }, 20);
        codes.push(await call);
        clearInterval(killer);
      }
      insist(codes[0] === 'CALL_CRASHED', codes.join(', '));
      insist(codes.at(-1) === 'CALL_QUARANTINED', codes.join(', '));
      return `${codes.length - 1} times CALL_CRASHED, then CALL_QUARANTINED`;
    },
  },
  ...Object.entries(FORGERIES).map(([name, { raw, onlyProcess, answerWords }]): Attack => ({
    row: 100,
    name: `a runner that was taken over and sends ${name}`,
    modes: [
      ...(raw === undefined && onlyProcess !== true ? (['thread'] as const) : []),
      ...(answerWords === undefined ? (['process'] as const) : []),
    ],
    run: (arena) => forge(arena, name),
  })),
];

/** Row 100: the runner lies. Everything it says is checked. */
async function forge(arena: Parameters<Attack['run']>[0], name: string): Promise<string> {
  // The neighbour lives in another manager: threads are shared, and one that was taken over cannot be trusted.
  await arena.manager();
  const manager = await arena.manager({ limits: { timeoutMs: 1000 } }, true);
  const disguise = arena.mode === 'thread' ? withForgingThread : withForgingChild;
  return await disguise(name, async () => {
    const outcome = await outcomeOf(
      manager.load(fine, { id: 'attacker' }).then(() => manager.execute('attacker', input)),
    );
    insist([FORGERIES[name]?.outcome].flat().includes(outcome), `it gave ${outcome}`);
    insist(({} as Record<string, unknown>)['polluted'] === undefined, 'it reached the prototype');
    if (outcome !== 'ok') return outcome;
    const message = arena.logs.at(-1)?.message ?? '';
    insist(!/\p{Cc}/u.test(message), 'its log was not escaped');
    return 'checked, and harmless';
  });
}
