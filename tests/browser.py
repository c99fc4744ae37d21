"""A headless Chromium that tells what a page asked for and complained of."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


@dataclass(frozen=True)
class Look:
    """What was seen of a page: addresses it asked for, complaints, and values read from it.

    smallest: pixels of the smallest text in a chart · repeated: ids that occur more than once.
    """

    requests: list[str]
    complaints: list[str]
    title: str
    language: str
    alts: list[str | None]
    headings: list[str]
    landmarks: dict[str, int]
    width: int
    smallest: float
    repeated: list[str]


READ = """
const all = (selector) => [...document.querySelectorAll(selector)];
return {
    title: document.title,
    language: document.documentElement.lang,
    alts: all("img, svg[role=img], svg[role=group]").map(
        (each) => each.getAttribute("alt") ?? each.getAttribute("aria-label")),
    headings: all("h1, h2, h3, h4").map((heading) => heading.tagName),
    landmarks: Object.fromEntries(
        ["header", "nav", "main", "footer"].map((name) => [name, all(name).length])),
    width: document.documentElement.scrollWidth,
    smallest: Math.min(99, ...all("svg text").filter((text) => text.getClientRects().length).map(
        (text) => text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize))),
    repeated: all("[id]").map((each) => each.id).filter((id, n, ids) => ids.indexOf(id) !== n),
};
"""


def find_program(name: str) -> str:
    """A program's path; without it the test is skipped, or fails where CI is set."""
    path = shutil.which(name)
    if path is None:
        reason = f"{name} is not installed (Debian: apt-get install chromium chromium-driver)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return path


def start_browser(options: webdriver.ChromeOptions, tries: int = 3) -> webdriver.Chrome:
    """A browser that came up; on a busy machine it may not the first time."""
    try:
        return webdriver.Chrome(options, Service(find_program("chromedriver")))
    except WebDriverException:
        if tries == 1:
            raise
    return start_browser(options, tries - 1)


@contextmanager
def open_browser(profile: Path) -> Iterator[webdriver.Chrome]:
    """A browser with a fresh profile that logs each request and complaint."""
    options = webdriver.ChromeOptions()
    options.binary_location = find_program("chromium")
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = start_browser(options)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """The one browser of a process that runs tests."""
    with open_browser(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(chromium: webdriver.Chrome) -> webdriver.Chrome:
    """That browser as it came up: an empty page, its own size, and nothing complained of."""
    chromium.get("about:blank")
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    for name in ("performance", "browser"):
        chromium.get_log(name)
    return chromium


def look_at(driver: webdriver.Chrome, page: Path, scripts: bool = True) -> Look:
    """Open a file at the width of a phone and say what was seen."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
    driver.get("about:blank")
    for name in ("performance", "browser"):
        driver.get_log(name)
    driver.get(page.as_uri())
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    return Look(
        requests=[url for url in asked if url != page.as_uri() and not url.startswith("data:")],
        complaints=[entry["message"] for entry in driver.get_log("browser")],
        **driver.execute_script(READ),
    )
