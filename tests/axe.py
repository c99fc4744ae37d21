"""axe-core in a browser: what it finds on a page, as lines to read."""

from functools import cache
from importlib.resources import files

from selenium.webdriver import Chrome

# runs all rules that axe has on by default, or that of contrast alone, and returns what it found.
# Contrast is by far the slowest, and asks for nothing but styles: of cells, and texts of charts,
# which have the same ones, as has all they lie in, it sees the first
_RUN = """
const [whole, done] = arguments;
const contrast = "color-contrast", styles = new Map(), seen = new Set();
const named = ["color", "fill", "fillOpacity", "backgroundColor", "backgroundImage", "opacity",
    "fontSize", "fontWeight", "textShadow", "position", "visibility", "display"];
const style = (node) => {
    if (!styles.has(node)) {
        const own = getComputedStyle(node), above = node.parentElement;
        styles.set(node, named.map((name) => own[name]).join() + (above ? style(above) : ""));
    }
    return styles.get(node);
};
for (const node of document.querySelectorAll("td, th, svg text")) {
    const all = [node, ...node.querySelectorAll("*")].map((each) => each.tagName + style(each));
    node.toggleAttribute("data-alike", seen.has(all.join()));
    seen.add(all.join());
}
const run = (context, options) => axe.run(context, {resultTypes: ["violations"], ...options});
const faint = () => run({exclude: ["[data-alike]"]}, {runOnly: [contrast]});
const rest = () => run(document, {rules: {[contrast]: {enabled: false}}});
const told = (found) => found.flatMap((each) => each.violations).flatMap(
    (rule) => rule.nodes.map(
        (node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
faint().then(async (found) => done(told([found, ...(whole ? [await rest()] : [])]))).catch(
    (error) => done([`axe failed: ${error}`]));
"""


@cache
def read_axe() -> str:
    """axe-core's source, of the version that the environment's lock pins."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def find_violations(driver: Chrome, whole: bool = True) -> list[str]:
    """`rule: element: what is wrong` of each violation on the page that is open; else of contrast.

    Each violation of contrast is told once for all cells that have the same styles.
    """
    driver.set_script_timeout(120)
    if not driver.execute_script("return Boolean(window.axe)"):
        driver.execute_script(read_axe())
    return driver.execute_async_script(_RUN, whole)
