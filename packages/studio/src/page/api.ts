/** A request that the server refused. */
class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Fetches JSON from the server; the page never requests anything from elsewhere. */
export async function getJson<Value>(path: string, signal?: AbortSignal): Promise<Value> {
  return await readJson(await fetch(path, signal === undefined ? {} : { signal }));
}

/** Sends a value to the server. */
export async function postJson<Value>(path: string, value: unknown): Promise<Value> {
  const headers = { 'content-type': 'application/json' };
  return await readJson(
    await fetch(path, { method: 'POST', headers, body: JSON.stringify(value) }),
  );
}

/** Fetches text that is not JSON. */
export async function getText(path: string): Promise<string> {
  const response = await fetch(path);
  if (!response.ok) await readJson(response);
  return await response.text();
}

async function readJson<Value>(response: Response): Promise<Value> {
  const value = (await response.json()) as { error?: { code: string; message: string } };
  if (response.ok) return value as Value;
  throw new ApiError(value.error?.code ?? 'UNKNOWN', value.error?.message ?? response.statusText);
}

/** A path with parameters. */
export function pathOf(
  path: string,
  parameters: Readonly<Record<string, string | number | readonly string[]>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of typeof value === 'object' ? value : [String(value)])
      query.append(name, each);
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Parameters of the address. */
export const parameters = new URLSearchParams(location.search);
