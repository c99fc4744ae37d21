import { marked } from "marked";

/** A note in Markdown as a page, titled by its first heading. */
export function renderPage(text: string): string {
  const title = /^#+\s+(.+)$/m.exec(text)?.[1].trim() ?? "Note";
  const body = marked.parse(text, { async: false }) as string;
  return `<!doctype html><title>${escape(title)}</title>${body}`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
