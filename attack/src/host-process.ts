// A host that is attacked: runs attacks as its parent asks for them, one after the other, and tells what became of each.
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { Arena, LATE_MS } from './arena.ts';
import type { Mode, Verdict } from './attack.ts';
import { CATALOGUE } from './catalogue.ts';

/** The event loop may stand still for so long where a thread or process runs the plugin; modules are admitted on it. */
const MAX_STALL_MS = LATE_MS;

const mode = process.argv[2] as Mode;

async function perform(index: number): Promise<Verdict> {
  const attack = CATALOGUE[index]!;
  const { row, name } = attack;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const started = performance.now();
  const verdict = (outcome: Verdict['outcome'], by: string): Verdict => ({
    row,
    name,
    mode,
    outcome,
    by,
    durationMs: performance.now() - started,
    stallMs: delay.max / 1e6,
  });
  const arena = new Arena(mode);
  let by: string;
  try {
    by = await attack.run(arena);
    await arena.close();
  } catch (error) {
    await arena.close().catch(() => {});
    return verdict('NOT CONTAINED', error instanceof Error ? error.message : String(error));
  } finally {
    // What held the loop until now shows only when it turns again.
    await new Promise((resolve) => setTimeout(resolve, 10));
    delay.disable();
  }
  const stallMs = delay.max / 1e6;
  if ((mode === 'thread' || mode === 'process') && stallMs > MAX_STALL_MS) {
    return verdict('NOT CONTAINED', `the event loop stood still for ${stallMs.toFixed(0)} ms`);
  }
  return verdict(attack.absent === true ? 'absent' : 'contained', by);
}

process.on('message', (index: number) => {
  void perform(index).then((verdict) => process.send?.(verdict));
});
// A failure that nobody waits for is one of the host's: it must not pass for contained.
process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(70);
});
process.send?.('ready');
