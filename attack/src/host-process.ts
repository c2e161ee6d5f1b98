// A host under attack: runs attacks as its parent requests them, one after the other, and reports the outcome of each.
import { Arena, LATE_MS } from './arena.ts';
import type { Attack, Mode, Verdict } from './attack.ts';
import { CATALOGUE } from './catalogue.ts';
import { StallWatch } from './stall-watch.ts';

/**
 * The event loop may stand still for this long where a thread or process runs the plugin; modules are admitted on it. Only its
 * own work counts: a machine that is busy with other things is not the attack's doing, up to a point.
 */
const MAX_STALL_MS = LATE_MS;
const MAX_WALL_STALL_MS = 5 * LATE_MS;

const mode = process.argv[2] as Mode;

async function perform({ row, name }: Pick<Attack, 'row' | 'name'>): Promise<Verdict> {
  const attack = CATALOGUE.find((each) => each.row === row && each.name === name)!;
  const watch = new StallWatch();
  const started = performance.now();
  const verdict = (outcome: Verdict['outcome'], by: string): Verdict => ({
    row,
    name,
    mode,
    outcome,
    by,
    durationMs: performance.now() - started,
    stallMs: watch.wallMs,
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
    // What has blocked the loop until now shows only at its next turn.
    await new Promise((resolve) => setTimeout(resolve, 10));
    watch.stop();
  }
  const { cpuMs, wallMs } = watch;
  const stalled = cpuMs > MAX_STALL_MS || wallMs > MAX_WALL_STALL_MS;
  if ((mode === 'thread' || mode === 'process') && stalled) {
    return verdict('NOT CONTAINED', `the event loop stood still for ${wallMs.toFixed(0)} ms`);
  }
  return verdict(attack.absent === true ? 'absent' : 'contained', by);
}

process.on('message', (wanted: Pick<Attack, 'row' | 'name'>) => {
  void perform(wanted).then((verdict) => process.send?.(verdict));
});
// An unawaited failure belongs to the host: it must not count as contained.
process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(70);
});
process.send?.('ready');
