import { link, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { CallJournal } from './call-journal.js';

const key = (digit: string): string => digit.repeat(64);

describe('CallJournal', () => {
  it('charges what was spent, and the most of what was under way when its process ended', async () => {
    const folder = await temporaryFolder();
    const first = await CallJournal.open(folder);
    const done = first.note(key('1'), 'model');
    // Of two attempts, one was cut off.
    done.begin({ tokens: 100, money: 1 });
    done.spend({ tokens: 100, money: 1 });
    done.begin({ tokens: 100, money: 1 });
    done.spend({ tokens: 10, money: 0.25 });
    done.end();
    first.note(key('2'), 'judge').begin({ tokens: 50, money: 0.5 });
    // Waits for its second attempt.
    const waiting = first.note(key('3'), 'model');
    waiting.begin({ tokens: 7, money: 2 });
    waiting.spend({ tokens: 0, money: 0 });
    first.note(key('4'), 'model').end();
    const report = {
      interrupted: 2,
      spent: { model: { tokens: 110, money: 1.25 }, judge: { tokens: 50, money: 0.5 } },
    };
    const second = await CallJournal.open(folder);
    expect(second.report).toEqual(report);
    // It is reported once, and stays charged.
    expect((await CallJournal.open(folder)).report).toEqual({ ...report, interrupted: 0 });
  });

  it('forgets everything of a run that is done', async () => {
    const folder = await temporaryFolder();
    const journal = await CallJournal.open(folder);
    journal.note(key('1'), 'model').begin({ tokens: 1, money: 1 });
    journal.close(true);
    const nothing = { tokens: 0, money: 0 };
    expect((await CallJournal.open(folder)).report).toEqual({
      interrupted: 0,
      spent: { model: nothing, judge: nothing },
    });
  });

  it.each([
    ['a link', symlink],
    ['another name of a file', link],
  ])('does not write into %s that lies in its place', async (_what, make) => {
    const folder = await temporaryFolder();
    const victim = join(folder, 'victim');
    await writeFile(victim, 'mine');
    await make(victim, join(folder, 'calls.log'));
    await expect(CallJournal.open(folder)).rejects.toMatchObject({ code: 'BENCH_RUN_DAMAGED' });
    expect(await readFile(victim, 'utf8')).toBe('mine');
  });
});
