import { describe, expect, it } from 'vitest';

/** What the suite knows of a reporter; the interface is `Reporter` of `@testbench/report`. */
interface AnyReporter {
  readonly specificationVersion: string;
  readonly name: string;
}

/** Where a reporter writes. */
interface TestOutput {
  write(text: string): Promise<void>;
}

/** Runs that a reporter must handle. */
export type ReportedKind = 'one run' | 'two runs' | 'no rows' | 'hostile texts';

/** How the suite gets the reporters that it tests. */
export interface ReporterSubject<Reporter extends AnyReporter> {
  readonly open: (output: TestOutput) => Reporter | Promise<Reporter>;
  /** Hands runs to reporters, the same ones each time; rows and results are frozen. */
  readonly report: (kind: ReportedKind, reporters: readonly Reporter[]) => Promise<void>;
}

/** Tests that an implementation keeps the contract of `Reporter`. */
export function testReporter<Reporter extends AnyReporter>(
  name: string,
  { open, report }: ReporterSubject<Reporter>,
): void {
  const opened = async (): Promise<{
    reporter: Reporter;
    text: () => string;
    most: () => number;
  }> => {
    let written = '';
    let writing = 0;
    let most = 0;
    const reporter = await open({
      async write(part) {
        writing += 1;
        most = Math.max(most, writing);
        await Promise.resolve();
        written += part;
        writing -= 1;
      },
    });
    return { reporter, text: () => written, most: () => most };
  };
  const render = async (kind: ReportedKind): Promise<string> => {
    const { reporter, text } = await opened();
    await report(kind, [reporter]);
    return text();
  };

  describe(`${name}, as a Reporter`, () => {
    it('says its version and its name', async () => {
      const { reporter, text } = await opened();
      expect(reporter.specificationVersion).toBe('v1');
      expect(reporter.name).toMatch(/^\S/);
      expect(text()).toBe('');
    });

    it.each<ReportedKind>(['one run', 'two runs', 'no rows', 'hostile texts'])(
      'writes the same of %s each time',
      async (kind) => {
        expect(await render(kind)).toBe(await render(kind));
      },
    );

    it('keeps nothing from one report to the next, and works next to another', async () => {
      const alone = await render('one run');
      const [first, second] = [await opened(), await opened()];
      await report('one run', [first.reporter, second.reporter]);
      expect([first.text(), second.text()]).toEqual([alone, alone]);
    });

    it('waits for its output before it writes on', async () => {
      const { reporter, most } = await opened();
      await report('one run', [reporter]);
      expect(most()).toBeLessThanOrEqual(1);
    });
  });
}
