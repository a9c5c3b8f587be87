/** One page of a list, with GitHub's `Link` header. `url` is the request's, absolute. */
export function paginate<T>(
  items: readonly T[],
  url: URL,
): { readonly page: readonly T[]; readonly link: string | undefined } {
  const size = Math.min(100, Math.max(1, Number(url.searchParams.get("per_page")) || 30));
  const number = Math.max(1, Number(url.searchParams.get("page")) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const targets: Record<string, number> = {
    ...(number > 1 && { prev: number - 1 }),
    ...(number < last && { next: number + 1, last }),
    ...(number > 1 && { first: 1 }),
  };
  const link = Object.entries(targets).map(([relation, page]) => `<${toPage(url, page)}>; rel="${relation}"`);
  return { page: items.slice((number - 1) * size, number * size), link: link.join(", ") || undefined };
}

function toPage(url: URL, page: number): string {
  const target = new URL(url);
  target.searchParams.set("page", String(page));
  return target.href;
}
