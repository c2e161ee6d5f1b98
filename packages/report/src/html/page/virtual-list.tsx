import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { ComponentChildren, JSX, TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

/** A list of many entries of equal height: only the visible ones are in the document. */
export function VirtualList({
  count,
  rowHeight,
  label,
  open,
  children,
}: {
  readonly count: number;
  readonly rowHeight: number;
  readonly label: string;
  readonly open: (position: number) => void;
  /** Content of an entry. */
  readonly children: (position: number) => ComponentChildren;
}): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  /** The entry that the Tab key moves to. */
  const [active, setActive] = useState(0);
  /** The entry that gets the focus once it is in the document. */
  const wanted = useRef(-1);
  const [list] = useState(
    () =>
      new Virtualizer<HTMLDivElement, HTMLLIElement>({
        count,
        getScrollElement: () => frame.current,
        estimateSize: () => rowHeight,
        overscan: 8,
        scrollToFn: elementScroll,
        observeElementRect,
        observeElementOffset,
        onChange: () => redraw(0),
      }),
  );
  list.setOptions({ ...list.options, count, estimateSize: () => rowHeight });
  /* eslint-disable no-underscore-dangle -- What adapters for frameworks call: the library has no other names for it. */
  useLayoutEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  /* eslint-enable no-underscore-dangle */
  useEffect(() => list.measure(), [list, rowHeight]);
  useEffect(() => {
    setActive(0);
    if (frame.current !== null) frame.current.scrollTop = 0;
  }, [count]);

  useLayoutEffect(() => {
    if (wanted.current === -1) return;
    const entry = frame.current?.querySelector<HTMLElement>(`[data-position="${wanted.current}"]`);
    if (entry === null || entry === undefined) return;
    wanted.current = -1;
    entry.focus({ preventScroll: true });
  });

  const move = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? 0) / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(count - 1, Math.max(0, active + step));
    setActive(next);
    list.scrollToIndex(next);
    wanted.current = next;
    redraw(0);
  };

  return (
    <div class="list" ref={frame} onKeyDown={move}>
      <ul
        aria-label={label}
        ref={(element) => {
          if (element !== null) element.style.height = `${list.getTotalSize()}px`;
        }}
      >
        {list.getVirtualItems().map(({ index, start }) => (
          <li
            key={index}
            aria-setsize={count}
            aria-posinset={index + 1}
            ref={(element) => {
              if (element === null) return;
              element.style.transform = `translateY(${start}px)`;
              element.style.height = `${rowHeight}px`;
            }}
          >
            <button
              type="button"
              data-position={index}
              tabIndex={index === active ? 0 : -1}
              onClick={() => {
                setActive(index);
                open(index);
              }}
            >
              {children(index)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
