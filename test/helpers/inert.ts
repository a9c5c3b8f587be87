/**
 * What of a comment in Markdown GitHub would bring to life: mentions, references, tags, links and images that are not
 * ours. Code is inert there; our own marker, details and links to the host are what we write on purpose.
 */
export function findLive(markdown: string, { host }: { readonly host: string }): string[] {
  const text = markdown
    .replace(/^<!-- countersign(-reply)? [^>\n]* -->$/gm, "")
    .replace(/^```json\n[^`]*\n```$/gm, "")
    .replace(/`[^`\n]+`/g, "")
    .replace(/<\/?details>|<summary>[^<]*<code>0x[0-9a-f]{64}<\/code><\/summary>/g, "")
    .replace(
      /<summary>(?:The t|T)ransaction[\w ]*, for (?:<code>0x\w{40}<\/code>|[a-z]+)[a-z ]*: [a-z, ]+<\/summary>/g,
      "",
    )
    .replace(/<summary>(?:More than )?\d+ files?: [\w, ]+<\/summary>/g, "")
    .replaceAll(/\[(?:this post|the post| at )\]\(<?([^\s<>]+?)>?\)/g, (whole, url) => (isOn(url, host) ? "" : whole))
    .replaceAll(/<(https?:\/\/[^\s>]+)>/g, (whole, url) => (isOn(url, host) ? "" : whole));
  return text.match(/@[\w-]+|#\d+|[\w.-]+\/[\w.-]+#\d+|<[a-z!/][^>]*>?|!?\[[^\]]*\]\(|https?:\/\/\S+|\p{Cf}/giu) ?? [];
}

function isOn(url: string, host: string): boolean {
  return URL.parse(url)?.host === host;
}
