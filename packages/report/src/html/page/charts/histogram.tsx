import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

const WIDTH = 300;
const HEIGHT = 110;
const BOTTOM = 20;
const TOP = 6;

/** Counts values in bins of equal width; the last bin includes its upper end. */
export function countBins(
  values: Iterable<number>,
  min: number,
  max: number,
  bins: number,
): number[] {
  const counts = Array.from({ length: bins }, () => 0);
  const span = max - min || 1;
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((value - min) / span) * bins)));
    counts[bin]! += 1;
  }
  return counts;
}

/** Shows how often values occur. */
export function Histogram({
  title,
  counts,
  min,
  max,
  colour,
  format,
}: {
  readonly title: string;
  readonly counts: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly colour: number;
  readonly format: (value: number) => string;
}): JSX.Element {
  const id = useId();
  const most = Math.max(1, ...counts);
  const width = WIDTH / counts.length;
  const at = (bin: number): string => format(min + (bin / counts.length) * (max - min));
  const text = counts
    .map((count, bin) => `${at(bin)} to ${at(bin + 1)}: ${count}`)
    .filter((_, bin) => counts[bin]! > 0)
    .join('; ');
  return (
    <figure class="small-chart">
      <figcaption>{title}</figcaption>
      <svg
        class={`chart series-${colour % 6}`}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-labelledby={`${id}-title ${id}-text`}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-text`}>{text === '' ? 'no values' : text}</desc>
        <line class="grid" x1="0" x2={WIDTH} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
        {counts.map((count, bin) => {
          // A bin that is not empty must be visible.
          const height = count === 0 ? 0 : Math.max(1.5, (count / most) * (HEIGHT - BOTTOM - TOP));
          return (
            <rect
              key={bin}
              x={bin * width + 1}
              width={Math.max(1, width - 2)}
              y={HEIGHT - BOTTOM - height}
              height={height}
            >
              <title>{`${at(bin)} to ${at(bin + 1)}: ${count}`}</title>
            </rect>
          );
        })}
        <text class="tick" x="0" y={HEIGHT - 5}>
          {format(min)}
        </text>
        <text class="tick" x={WIDTH} y={HEIGHT - 5} text-anchor="end">
          {format(max)}
        </text>
      </svg>
    </figure>
  );
}
