import { html, type TemplateResult } from "lit";

// Only http and https, and only where a person would see a link; everything else stays text.
const LINK = /https?:\/\/[^\s<>"'`]+/giu;
// Punctuation behind a link belongs to the sentence.
const TRAILING = /[.,:;!?…'"»”’]+$/u;

/** The text of a message as nodes: plain text, and links that are safe to press. Text never becomes HTML. */
export function messageText(body: string): readonly (string | TemplateResult)[] {
  const parts: (string | TemplateResult)[] = [];
  let end = 0;
  for (const match of body.matchAll(LINK)) {
    const url = withoutTrailing(match[0]);
    if (!URL.canParse(url)) continue;
    parts.push(body.slice(end, match.index));
    parts.push(html`<a href=${url} target="_blank" rel="noopener noreferrer">${url}</a>`);
    end = match.index + url.length;
  }
  parts.push(body.slice(end));
  return parts;
}

function withoutTrailing(url: string): string {
  const bare = url.replace(TRAILING, "");
  // "(see https://example.org/a_(b))": a closing bracket is the link's own only if the link has opened it.
  if (!bare.endsWith(")") || count(bare, "(") >= count(bare, ")")) return bare;
  return withoutTrailing(bare.slice(0, -1));
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
