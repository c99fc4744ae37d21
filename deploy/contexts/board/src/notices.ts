/** A notice as the board keeps it; `text` is Markdown. */
export interface Notice {
  id: number;
  title: string;
  text: string;
}

/** The notices of a board, the newest first. */
export class Board {
  private readonly notices: Notice[] = [];

  /** Pin a notice; RangeError where it has no title. */
  pin(title: string, text: string): Notice {
    if (!title.trim()) throw new RangeError("a notice needs a title");
    const notice = { id: this.notices.length + 1, title: title.trim(), text };
    this.notices.unshift(notice);
    return notice;
  }

  /** Those whose title or text holds some words, whatever their case. */
  search(words: string): Notice[] {
    const wanted = words.toLowerCase();
    return this.notices.filter(({ title, text }) => `${title}\n${text}`.toLowerCase().includes(wanted));
  }
}
