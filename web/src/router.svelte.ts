/** A history router: a table of patterns, plain links, nothing else. */
export type Params = Record<string, string>;

export function match(pattern: string, path: string): Params | null {
  const want = pattern.split('/').filter(Boolean);
  const have = path.split('/').filter(Boolean);
  if (want.length !== have.length) return null;
  const params: Params = {};
  for (const [at, part] of want.entries()) {
    const given = have[at] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decoded(given);
    else if (part !== given) return null;
  }
  return params;
}

/** An address with a broken escape is still an address: it is looked up as it stands and not found. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

class Place {
  path = $state(location.pathname);
  query = $state(location.search);

  go(to: string, options: { replace?: boolean } = {}): void {
    history[options.replace ? 'replaceState' : 'pushState']({}, '', to);
    this.#read();
    if (!options.replace) scrollTo(0, 0);
  }
  #read(): void {
    this.path = location.pathname;
    this.query = location.search;
  }
  /** Takes over clicks on our own links; new tabs, downloads, the API and other sites stay the browser's. */
  start(): void {
    addEventListener('popstate', () => this.#read());
    addEventListener('click', (event) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = (event.target as Element).closest?.('a');
      if (!link || link.target || link.hasAttribute('download') || !link.getAttribute('href')?.startsWith('/')) return;
      if (link.pathname.startsWith('/api/') || link.pathname.startsWith('/log/')) return;
      event.preventDefault();
      this.go(link.getAttribute('href') ?? '/');
    });
  }
}

export const place = new Place();
