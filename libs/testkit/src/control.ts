/** The sandbox's control API: what TikTok Shop would do on its own. */
export interface Control {
  get(path: string): Promise<unknown>;
  post(path: string, body: object): Promise<unknown>;
  clear(path: string): Promise<void>;
}

export function createControl(url: string): Control {
  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${url}/control${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`control ${method} ${path}: ${String(response.status)}`);
    }
    return response.json();
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    clear: async (path) => {
      await call('DELETE', path);
    },
  };
}
