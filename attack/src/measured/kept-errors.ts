// Keeps the errors of many calls to plugins with large memories: kept-errors.ts <isolation> calls|batch
import { PluginManager, type Isolation } from '@testbench/manager';
import { assemble, guestWat } from '@testbench/test-kit';
import { CallError } from '@testbench/types/errors';

const [, , isolation, kind] = process.argv;
const touching = (pages: number, end: string): Uint8Array =>
  assemble(
    guestWat({
      memory: `(memory (export "memory") ${pages})`,
      execute: `(memory.fill (i32.const 131072) (i32.const 1) (i32.const ${(pages - 3) * 65_536})) ${end}`,
    }),
  );
const kept: unknown[] = [];
const manager = new PluginManager({
  isolation: isolation as Isolation,
  limits: { maxFuel: 2 ** 50, timeoutMs: 10_000 },
});
if (kind === 'batch') {
  await manager.load(touching(960, '(unreachable)'), { id: 'attacker' });
  const inputs = Array.from({ length: 100 }, () => ({ data: null }));
  for (const result of await manager.executeBatch('attacker', inputs)) {
    if (result.status === 'rejected') kept.push(result.reason);
  }
} else {
  await manager.load(touching(256, '(unreachable)'), { id: 'attacker' });
  await manager.load(touching(256, '(loop (br 0)) (unreachable)'), {
    id: 'endless',
    limits: { maxFuel: 5_000_000 },
  });
  for (let call = 0; call < 200; call += 1) {
    try {
      await manager.execute(call % 2 === 0 ? 'attacker' : 'endless', { data: null });
    } catch (error) {
      kept.push(error);
    }
  }
}
await manager.close();
const codes = new Set(kept.map((error) => (error instanceof CallError ? error.code : 'raw')));
console.log(JSON.stringify({ count: kept.length, codes: [...codes] }));
