"""axe-core in a browser: what it finds on a page, as lines to read."""

from functools import cache
from importlib.resources import files

from selenium.webdriver import Chrome

# runs the rules that axe has on by default, or those that are named, and returns what it found
_RUN = """
const [rules, done] = arguments;
const options = {resultTypes: ["violations"], ...(rules ? {runOnly: rules} : {})};
axe.run(document, options).then(
    (found) => done(found.violations.flatMap((rule) => rule.nodes.map(
        (node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`))),
    (error) => done([`axe failed: ${error}`]));
"""


@cache
def read_axe() -> str:
    """axe-core's source, of the version that the environment's lock pins."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def find_violations(driver: Chrome, rules: list[str] | None = None) -> list[str]:
    """`rule: element: what is wrong` of each violation on the page that is open, of these rules."""
    driver.set_script_timeout(120)
    if not driver.execute_script("return Boolean(window.axe)"):
        driver.execute_script(read_axe())
    return driver.execute_async_script(_RUN, rules)
