/** Milliseconds after which a call fails. */
const DEADLINE = 30_000;

export interface ApiCall {
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed text, if it is JSON. */
  readonly body: Body;
}

/** Calls a service or the gateway. Does not follow redirects. */
export async function callApi<Body = Record<string, unknown>>(
  url: string,
  { method = 'GET', body, headers }: ApiCall = {},
): Promise<TestAnswer<Body>> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(DEADLINE),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const parsed = (isJson && text ? JSON.parse(text) : undefined) as Body;
  return { status: response.status, headers: response.headers, text, body: parsed };
}
