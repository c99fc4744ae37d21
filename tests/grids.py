"""A grid of experiments whose break-even is known."""

from dataclasses import replace

from measured import BUILD, make_experiment, make_runs, show_build, write_log

NAMES = ("docker", "registry-cache")
# seconds by which rounds deviate, alike for nothing
NOISE = (0.3, -0.5, 0.2)


def point(folder, work, overhead, link="unshaped", noise=NOISE, saved=True, **given):
    """An experiment with this work, of which all but 1 s is saved at the price of overhead."""
    layers = {"RUN work": float(work) - 1, "COPY app": 1.0}
    base = [work + 10.0 + drift for drift in (0, 2, 1, 0, 3)[: len(noise)]]
    gain = work - 1 if saved else 0
    cached = [a + overhead - gain + b for a, b in zip(base, noise, strict=True)]
    runs = make_runs({"docker": {"source": base}, "registry-cache": {"source": cached}}, link=link)
    logs = {
        name: {"source": write_log((BUILD, work + 8.0, show_build(layers, cached=hit)))}
        for name, hit in zip(NAMES, ((), ("RUN work",) if saved else ()), strict=True)
    }
    name = f"{link}.{work}s"
    made = make_experiment(folder / name, runs, logs)
    return replace(made, facts={"link": link, "arguments": {"WORK_SECONDS": str(work), **given}})


def sweep(folder, links, works=(10, 20), **more):
    """Experiments of link -> overhead at each amount of work."""
    return [
        point(folder, work, overhead, link, **more)
        for link, overhead in links.items()
        for work in works
    ]
