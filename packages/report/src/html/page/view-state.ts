/** The reader's choices. All of them are in the URL's hash, so that a link or a bookmark shows the same view. */
export interface ViewState {
  /** Text to search for. */
  readonly q: string;
  /** Position of the system whose rows are shown; -1 for all. */
  readonly system: number;
  /** Position of the group; -1 for all. */
  readonly group: number;
  readonly show: RowKind;
  /** Position of the evaluator whose scores lists and charts show. */
  readonly by: number;
  /** The two systems of the matrix. */
  readonly a: number;
  readonly b: number;
  /** Cell of the matrix whose records are shown, such as `right-wrong`. */
  readonly cell: string;
  readonly sort: SortOrder;
  /** Position of the open record; -1 for none. */
  readonly record: number;
}

export const ROW_KINDS = ['all', 'failed', 'dropped', 'right', 'wrong'] as const;
type RowKind = (typeof ROW_KINDS)[number];

export const SORT_ORDERS = ['data set', 'score', 'latency', 'cost'] as const;
type SortOrder = (typeof SORT_ORDERS)[number];

const FIRST_VIEW: ViewState = {
  q: '',
  system: -1,
  group: -1,
  show: 'all',
  by: 0,
  a: 0,
  b: 1,
  cell: '',
  sort: 'data set',
  record: -1,
};

/** Numbers of the items that a view refers to by position. */
export interface ViewBounds {
  readonly systems: number;
  readonly groups: number;
  readonly evaluators: number;
  readonly records: number;
}

const CELL = /^(?:right|wrong|none)-(?:right|wrong|none)$/;

/** Reads a hash. Unknown parts, and parts that do not apply to this report, keep their initial values. */
export function parseHash(hash: string, bounds: ViewBounds): ViewState {
  const found = new URLSearchParams(hash.replace(/^#/, ''));
  const position = (name: keyof ViewState, count: number): number => {
    const text = found.get(name);
    const first = FIRST_VIEW[name] as number;
    return text !== null && /^\d{1,9}$/.test(text) && Number(text) < count ? Number(text) : first;
  };
  const word = <Word extends string>(
    name: keyof ViewState,
    words: readonly Word[],
    first: Word,
  ): Word => {
    const text = found.get(name);
    return words.find((each) => each === text) ?? first;
  };
  const cell = found.get('cell') ?? '';
  return {
    q: found.get('q') ?? '',
    system: position('system', bounds.systems),
    group: position('group', bounds.groups),
    show: word('show', ROW_KINDS, 'all'),
    by: position('by', bounds.evaluators),
    a: position('a', bounds.systems),
    b: position('b', bounds.systems),
    cell: CELL.test(cell) ? cell : '',
    sort: word('sort', SORT_ORDERS, 'data set'),
    record: position('record', bounds.records),
  };
}

/** Writes the differences from the initial view. */
export function formatHash(view: ViewState): string {
  const said = new URLSearchParams();
  for (const name of Object.keys(FIRST_VIEW) as (keyof ViewState)[]) {
    if (view[name] !== FIRST_VIEW[name]) said.set(name, String(view[name]));
  }
  const text = said.toString();
  return text === '' ? '' : `#${text}`;
}
