import { formatCount, groupDigits } from '@testbench/report/terminal';

/** Money in the unnamed currency of the prices: `1,234.50`, `0.05`, `0.0012`. */
export function formatMoney(money: number): string {
  if (money === 0) return '0';
  return money >= 1
    ? groupDigits(money.toFixed(2))
    : money.toPrecision(2).replace(/^(0\.\d)$/, '$10');
}

/** Milliseconds as `0.123 ms`, `12.3 ms`, `1.23 s` or `2 min 3 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(3)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toPrecision(3)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(2)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** An estimated time in one or two units: `5 s`, `3 min`, `2 h 10 min`, `3 days`. */
export function formatTimeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${formatCount(Math.round(hours / 24))} days`;
}

/** Bytes as `512 B`, `1.5 KiB` or `64 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]!}`;
}
