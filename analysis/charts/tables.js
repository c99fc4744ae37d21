// Tables that sort by a click on a column's head, and show only the rows that hold a word.
(() => {
  // a page in another language says these words on its body
  const words = { filter: "Rows with", of: "of", rows: "rows", copy: "Copy", copied: "Copied", ...document.body.dataset };
  const least = 8;
  // a number may stand behind signs, such as that of a verdict; a date is no number
  const number = /^(?!\d{4}-\d\d)[^\p{L}\d+−-]*([+−-]?\d[\d,]*(?:\.\d+)?)/u;

  // a text without what keeps numbers in one line
  const bare = (text) => text.replaceAll("\u2060", "").replaceAll("\u00a0", " ");

  // what a cell is sorted by: a number, else text; null for a cell that says nothing
  const read = (cell) => {
    const text = bare(cell?.dataset.sort ?? cell?.textContent ?? "").trim();
    if (text === "" || text === "–") return null;
    const found = number.exec(text);
    return found ? Number(found[1].replace("−", "-").replaceAll(",", "")) : text.toLowerCase();
  };
  const order = (a, b) =>
    typeof a === typeof b && typeof a === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });

  // rows in the order of a column, those last whose cell says nothing
  const arrange = (group, place, down) => {
    const rows = group.map((row) => [read(row.cells[place]), row]);
    const known = rows.filter(([value]) => value !== null);
    known.sort(([a], [b]) => (down ? order(b, a) : order(a, b)));
    return [...known, ...rows.filter(([value]) => value === null)].map(([, row]) => row);
  };

  // those below a heading stay there
  const sort = (table, place, down) => {
    for (const body of table.tBodies) {
      let group = [];
      for (const row of [...body.rows]) {
        if (!row.querySelector("th > em")) group.push(row);
        else {
          body.append(...arrange(group, place, down), row);
          group = [];
        }
      }
      body.append(...arrange(group, place, down));
    }
  };

  const addSorting = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, place) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.ariaSort === "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(table, place, down);
      });
    });
  };

  const addFilter = (table) => {
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    if (rows.length < least) return;
    const line = document.createElement("p");
    line.className = "filter";
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "search";
    label.append(words.filter + " ", input);
    const count = document.createElement("span");
    count.role = "status";
    line.append(label, " ", count);
    (table.closest(".scroll") ?? table).before(line);
    input.addEventListener("input", () => {
      const wanted = bare(input.value).trim().toLowerCase();
      for (const row of rows) row.hidden = !bare(row.textContent).toLowerCase().includes(wanted);
      const shown = rows.filter((row) => !row.hidden).length;
      count.textContent = wanted ? `${shown} ${words.of} ${rows.length} ${words.rows}` : "";
    });
  };

  // heads of several rows, and cells that span others, keep the order they have
  const isSortable = (table) =>
    !table.closest("[data-unsorted]") &&
    table.tHead?.rows.length === 1 &&
    [...table.tBodies].some((body) => body.rows.length > 1) &&
    !table.querySelector("[rowspan]:not([rowspan='1']), [colspan]:not([colspan='1'])");

  const addCopying = (block) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.copy;
    button.addEventListener("click", () => {
      getSelection().selectAllChildren(block);
      if (document.execCommand("copy")) button.textContent = words.copied;
      getSelection().removeAllRanges();
    });
    block.before(button);
  };

  // of a page, or of a notebook that is open
  const tables = document.querySelectorAll("main#content table, .jp-OutputArea table:is(.dataframe, .matrix)");
  for (const table of tables) {
    if ("live" in table.dataset) continue;
    table.dataset.live = "";
    if (!isSortable(table)) continue;
    addSorting(table);
    addFilter(table);
  }
  for (const block of document.querySelectorAll("main#content pre.copy")) addCopying(block);
})();
