import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import { useNarrow } from '../use-narrow.js';

/** One line of a dot plot. */
export interface Dot {
  readonly label: string;
  readonly value: number | null;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Index of the colour. */
  readonly colour: number;
  /** The value in words. */
  readonly text: string;
}

/** Dimensions of a plot: on a narrow page labels are above their line. */
const WIDE = { width: 640, left: 190, right: 76, line: 26, labelUp: -4 };
const NARROW = { width: 340, left: 12, right: 62, line: 42, labelUp: 14 };
const TOP = 8;
const BOTTOM = 24;

/** Shows values as dots on one scale, each with its interval. */
export function DotPlot({
  title,
  dots,
  min = 0,
  max = 1,
  format = (value) => String(value),
}: {
  readonly title: string;
  readonly dots: readonly Dot[];
  readonly min?: number;
  readonly max?: number;
  readonly format?: (value: number) => string;
}): JSX.Element {
  const id = useId();
  const isNarrow = useNarrow();
  const { width, left, right, line, labelUp } = isNarrow ? NARROW : WIDE;
  const height = TOP + dots.length * line + BOTTOM;
  const span = max - min || 1;
  const x = (value: number): number => left + ((value - min) / span) * (width - left - right);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => min + share * span);
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-labelledby={`${id}-title ${id}-text`}
    >
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-text`}>{dots.map(({ label, text }) => `${label}: ${text}`).join('; ')}</desc>
      {ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={x(tick)} x2={x(tick)} y1={TOP} y2={height - BOTTOM} />
          <text class="tick" x={x(tick)} y={height - 7} text-anchor="middle">
            {format(tick)}
          </text>
        </g>
      ))}
      {dots.map(({ label, value, low, high, colour, text }, index) => {
        const y = TOP + index * line + line / 2 + (isNarrow ? 8 : 0);
        return (
          <g key={`${label}-${index}`} class={`series-${colour % 6}`}>
            <text
              class="label"
              x={isNarrow ? left : left - 12}
              y={y - labelUp}
              text-anchor={isNarrow ? 'start' : 'end'}
            >
              {shorten(label)}
            </text>
            {low !== undefined && high !== undefined && (
              <g class="interval">
                <line x1={x(low)} x2={x(high)} y1={y} y2={y} />
                <line x1={x(low)} x2={x(low)} y1={y - 5} y2={y + 5} />
                <line x1={x(high)} x2={x(high)} y1={y - 5} y2={y + 5} />
              </g>
            )}
            {value !== null && <circle cx={x(value)} cy={y} r="5" />}
            <text class="value" x={width - right + 14} y={y + 4}>
              {text}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** Cuts by characters as a reader counts them; the whole name is in the table. */
function shorten(label: string): string {
  const characters = Array.from(label.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\uFFFD'));
  return characters.length > 27 ? `${characters.slice(0, 26).join('')}…` : characters.join('');
}
