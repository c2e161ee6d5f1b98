import type { MeasureText } from '@testbench/report/terminal';

const PLAIN = /^[ -~]*$/;

/**
 * The result of `render`, with texts measured as they appear on a terminal.
 *
 * The library for wide characters takes longer to load than a quick command takes in total, and few texts need it: it is
 * loaded on demand.
 */
export async function measured(render: (measure: MeasureText) => string): Promise<string> {
  let isPlain = true;
  const text = render((part) => {
    isPlain &&= PLAIN.test(part);
    return part.length;
  });
  if (isPlain) return text;
  const { measureText } = await import('@testbench/report/terminal');
  return render(measureText);
}
