import { effectGuest, effectProgram, effectResults } from '@testbench/test-kit/effect-guest';
import { afterEach, describe, expect, it } from 'vitest';

import { PluginManager } from '../plugin-manager.js';

const FUNCTIONS = [
  'host_attachment_open',
  'host_attachment_read',
  'host_attachment_close',
] as const;
const seeing = effectGuest(FUNCTIONS, ['multi_modal_evaluation']);
const blind = effectGuest(FUNCTIONS);

const attachment = (text: string) => ({
  mediaType: 'text/plain',
  bytes: new TextEncoder().encode(text),
});

let manager: PluginManager;
afterEach(async () => await manager.close());

describe.each(['inline', 'thread', 'process'] as const)(
  'attachments, isolation: %s',
  (isolation) => {
    it('are read piece by piece through handles, which end with their call', async () => {
      manager = new PluginManager({ isolation });
      await manager.load(seeing, { id: 'seeing' });
      const steps = [
        { call: 'host_attachment_open', args: [1] },
        { call: 'host_attachment_read', args: [{ resultOf: 0 }, 4], untilEnd: true },
        { call: 'host_attachment_open', args: [0] },
        { call: 'host_attachment_open', args: [2] },
        { call: 'host_attachment_open', args: [-1] },
        { call: 'host_attachment_close', args: [{ resultOf: 0 }] },
        { call: 'host_attachment_read', args: [{ resultOf: 0 }, 4] },
        { call: 'host_attachment_close', args: [{ resultOf: 0 }] },
      ] as const;
      const attachments = [attachment('one'), attachment('second')];
      const { data } = await manager.execute(
        'seeing',
        { data: effectProgram(steps) },
        { attachments },
      );
      const results = effectResults(data);
      expect(results.map(({ code }) => code)).toEqual([1, 4, 2, 0, 2, -1, -1, 0, -2, -2]);
      expect(results.slice(1, 3).map(({ bytes }) => String(bytes))).toEqual(['seco', 'nd']);
      // The handle of the call before, and a call without files.
      const after = await manager.execute('seeing', {
        data: effectProgram([
          { call: 'host_attachment_read', args: [2, 4] },
          { call: 'host_attachment_open', args: [0] },
        ]),
      });
      expect(effectResults(after.data).map(({ code }) => code)).toEqual([-2, -1]);
    });

    it('are denied to a plugin that does not declare the capability', async () => {
      const logs: string[] = [];
      manager = new PluginManager({ isolation, onLog: ({ message }) => logs.push(message) });
      await manager.load(blind, { id: 'blind' });
      const { data } = await manager.execute(
        'blind',
        { data: effectProgram([{ call: 'host_attachment_open', args: [0] }]) },
        { attachments: [attachment('secret')] },
      );
      expect(effectResults(data).map(({ code }) => code)).toEqual([-3]);
      expect(logs).toEqual([
        'denied: attachments (the plugin does not declare "multi_modal_evaluation")',
      ]);
    });

    it('have a limit on open handles', async () => {
      manager = new PluginManager({ isolation });
      await manager.load(seeing, { id: 'seeing' });
      const open = { call: 'host_attachment_open', args: [0] } as const;
      const { data } = await manager.execute(
        'seeing',
        { data: effectProgram(Array.from({ length: 17 }, () => open)) },
        { attachments: [attachment('one')] },
      );
      expect(
        effectResults(data)
          .map(({ code }) => code)
          .slice(15),
      ).toEqual([16, -4]);
    });
  },
);
