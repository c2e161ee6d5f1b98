import type { ComponentChildren, JSX } from 'preact';

/** A table that scrolls on its own if it is too wide. The first cell of a row names the row. */
export function DataTable({
  name,
  columns,
  rows,
}: {
  /** Caption for screen readers. */
  readonly name: string;
  readonly columns: readonly { readonly title: string; readonly isNumber?: boolean }[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={name}>
      <table>
        <caption class="visually-hidden">{name}</caption>
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" class={isNumber === true ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((content, column) => {
                if (column === 0) {
                  return (
                    <th key={column} scope="row">
                      {content}
                    </th>
                  );
                }
                return (
                  <td
                    key={column}
                    class={columns[column]?.isNumber === true ? 'number' : undefined}
                  >
                    {content}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
