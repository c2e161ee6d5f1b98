import { DataTable, Name } from '@testbench/report/components';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { parameters, pathOf } from '../api.js';
import { formatBytes } from '../parts/format-bytes.js';
import { SearchField } from '../parts/search-field.js';
import { CutNotice, Loading } from '../parts/states.js';
import { useLoaded } from '../parts/use-loaded.js';
import { RecordTable } from './record-table.js';

interface DatasetList {
  readonly datasets: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly writtenAt: string;
  }[];
  readonly isCut: boolean;
}

/** The data sets of the project, or the records of one. */
export function DataPage(): JSX.Element {
  const path = parameters.get('path');
  return path === null ? <DatasetTable /> : <RecordTable path={path} />;
}

function DatasetTable(): JSX.Element {
  const loaded = useLoaded<DatasetList>('/api/datasets');
  const { value } = loaded;
  const [words, setWords] = useState('');
  const shown = (value?.datasets ?? []).filter(({ path }) =>
    path.toLowerCase().includes(words.toLowerCase()),
  );
  return (
    <>
      <h1>Data</h1>
      <Loading loaded={loaded} what="data sets" />
      {value !== undefined && (
        <>
          <div class="controls">
            <SearchField id="data-words" label="Find by name" words={words} setWords={setWords} />
          </div>
          <p class="status" role="status">
            {shown.length} of {value.datasets.length} data sets
          </p>
          {value.datasets.length === 0 && (
            <p class="card">
              There are no files of JSON Lines, CSV, TSV or Parquet in this folder.
            </p>
          )}
          {shown.length > 0 && (
            <div class="card">
              <DataTable
                name="Data sets"
                columns={[
                  { title: 'file' },
                  { title: 'size', isNumber: true },
                  { title: 'written' },
                ]}
                rows={shown.map(({ path, bytes, writtenAt }) => [
                  <a key="path" href={pathOf('/data', { path })}>
                    <Name text={path} />
                  </a>,
                  formatBytes(bytes),
                  writtenAt.slice(0, 16).replace('T', ' '),
                ])}
              />
            </div>
          )}
          {value.isCut && <CutNotice />}
        </>
      )}
    </>
  );
}
