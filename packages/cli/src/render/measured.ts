import type { MeasureText } from '@testbench/report/terminal';

const PLAIN = /^[ -~]*$/;

/**
 * What `render` makes, with texts measured as they are on a terminal.
 *
 * The library that knows wide characters takes longer to start than all else that a quick command does, and hardly any text has some: it is
 * loaded once one comes.
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
