import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';

import { systemNames } from '../../text/system-names.js';
import type { PageStore } from './page-store.js';
import type { Rescore } from './rescore-type.js';
import { selectRecords } from './select-records.js';
import { formatHash, parseHash, type ViewState } from './view-state.js';

/** Progress of a search. */
export interface SearchState {
  readonly q: string;
  /** From 0 to 1. */
  readonly share: number;
  /** 1 for each row that contains the text; undefined until all rows have been searched. */
  readonly found: Uint8Array | undefined;
  readonly ms: number;
}

/** Shared by all parts of the page: its data, and the reader's choices. */
export interface View {
  readonly store: PageStore;
  /** Names of systems, as short as possible. */
  readonly names: readonly string[];
  readonly state: ReadonlySignal<ViewState>;
  /** Changes the reader's choices. */
  readonly choose: (change: Partial<ViewState>) => void;
  readonly search: ReadonlySignal<SearchState>;
  /** Only if the page contains evaluators. */
  readonly rescore: Rescore | undefined;
  /** Positions of the records shown. */
  readonly selected: ReadonlySignal<readonly number[]>;
}

const NO_SEARCH: SearchState = { q: '', share: 1, found: undefined, ms: 0 };
/** Pause after the last keystroke in the search field. */
const PAUSE_MS = 150;

/** Connects the URL's hash, the search and the list of records. */
export function createView(store: PageStore, rescore?: Rescore): View {
  const bounds = {
    systems: store.index.systems.length,
    groups: store.index.groups.length,
    evaluators: store.index.evaluators.length,
    records: store.recordCount,
  };
  const read = (): ViewState => parseHash(location.hash, bounds);
  const state = signal(read());
  const search = signal(NO_SEARCH);
  addEventListener('hashchange', () => {
    state.value = read();
  });

  const q = computed(() => state.value.q);
  let running = new AbortController();
  effect(() => {
    const text = q.value;
    running.abort();
    if (text === '') {
      search.value = NO_SEARCH;
      return;
    }
    running = new AbortController();
    const { signal: isOver } = running;
    const before = search.peek().found;
    search.value = { q: text, share: 0, found: before, ms: 0 };
    setTimeout(() => void run(text, isOver), PAUSE_MS);
  });

  async function run(text: string, isOver: AbortSignal): Promise<void> {
    if (isOver.aborted) return;
    const started = performance.now();
    const found = await store.search(text, isOver, (share) => {
      if (!isOver.aborted) search.value = { ...search.peek(), share };
    });
    if (found === undefined) return;
    search.value = { q: text, share: 1, found, ms: performance.now() - started };
  }

  // Opening a record does not change the list.
  const filters = computed(() => JSON.stringify({ ...state.value, record: -1, q: '' }));
  const found = computed(() => search.value.found);
  const selected = computed(() => {
    const view = { ...(JSON.parse(filters.value) as ViewState) };
    return selectRecords(store, view, found.value);
  });

  return {
    store,
    rescore,
    names: systemNames(store.index.systems),
    state,
    search,
    selected,
    choose(change) {
      state.value = { ...state.peek(), ...change };
      const hash = formatHash(state.value);
      // The browser's back button undoes opening a record, but not a keystroke in the search field.
      const isStep = 'record' in change || 'cell' in change;
      const url = hash === '' ? location.pathname + location.search : hash;
      history[isStep ? 'pushState' : 'replaceState'](null, '', url);
    },
  };
}
