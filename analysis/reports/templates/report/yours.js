// "Your numbers": ranks the strategies anew for a mix, a month, work, a link and a price.
// A mix is measured: the same means and intervals as analysis.compare_mix's. Work and link are modelled.
(() => {
  const box = document.getElementById("yours");
  if (!box) return;
  const data = JSON.parse(document.getElementById("yours-data").textContent);
  const { rules, strategies, ranges, texts } = data;
  const rounds = strategies[0].seconds[0].map((_, round) => round);

  // --- statistics -------------------------------------------------------------------------
  const isKnown = (x) => x !== null && x !== undefined;
  const known = (values) => values.filter(isKnown);
  const sum = (values) => values.reduce((all, each) => all + each, 0);
  const mean = (values) => (values.length ? sum(values) / values.length : null);
  const median = (values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const half = sorted.length / 2;
    return sorted.length ? (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2 : null;
  };
  const least = (values) => (values.length ? Math.min(...values) : null);
  const vary = (values, scale) => {
    const seen = known(values);
    if (seen.length < 2) return null;
    const middle = mean(seen);
    const degrees = seen.length - 1;
    return { variance: sum(seen.map((x) => (x - middle) ** 2)) / degrees / scale, degrees };
  };

  // Student's t that is passed by chance so often, both ways; t = √degrees · tan(angle)
  const quantiles = new Map();
  const findQuantile = (chance, degrees) => {
    const key = `${chance} ${degrees}`;
    if (quantiles.has(key)) return quantiles.get(key);
    const area = (from) => {
      const steps = 200, step = (Math.PI / 2 - from) / steps;
      let all = 0;
      for (let i = 0; i <= steps; i++) {
        const weight = i === 0 || i === steps ? 1 : i % 2 ? 4 : 2;
        all += weight * Math.max(Math.cos(from + i * step), 0) ** (degrees - 1);
      }
      return (all * step) / 3;
    };
    const whole = area(0);
    let low = 0, high = Math.PI / 2;
    for (let i = 0; i < 45; i++) {
      const middle = (low + high) / 2;
      if (area(middle) > chance * whole) low = middle;
      else high = middle;
    }
    const found = Math.sqrt(degrees) * Math.tan((low + high) / 2);
    quantiles.set(key, found);
    return found;
  };

  // Welch's degrees of freedom, with some taken back
  const countDegrees = (one, other) => {
    const fewest = Math.min(one.degrees, other.degrees);
    const both = one.variance + other.variance;
    if (!both) return fewest;
    const total = both ** 2 / (one.variance ** 2 / one.degrees + other.variance ** 2 / other.degrees);
    return fewest + (1 - rules.caution) * (total - fewest);
  };

  // --- a mix of commits, as measured ---------------------------------------------------------
  const spread = (number, total) =>
    Math.sqrt((total * (total - 1)) / (number * (number - 1))) *
    (findQuantile(0.05, number - 1) / findQuantile(0.05, total - 1));
  // a block a commit of a history, null where it was not built; all are where a kind has too few
  const weighCommits = (values, mix) => {
    const own = mix.map(([place]) => known(values[place]));
    const few = own.some((each) => each.length < rules.min_commits);
    const whole = few ? null : sum(mix.map(([, share], at) => share * mean(own[at])));
    const total = sum(own.map((each) => each.length));
    return mix.flatMap(([place, share], at) => {
      const middle = mean(own[at]), wide = few ? null : share * spread(own[at].length, total);
      return rounds.map((round) => {
        const x = values[place][round];
        return few || !isKnown(x) ? null : whole + wide * (x - middle);
      });
    });
  };
  const plus = (x, y) => (isKnown(x) && isKnown(y) ? x + y : null);
  const minusEach = (values, others) => values.map((x, at) => plus(x, isKnown(others[at]) ? -others[at] : null));
  // each strategy on the commits that the baseline has, too, as analysis.measures.compare's weigh_commits has them
  const weighPairs = (column, mix) => {
    const base = strategies[0][column], first = weighCommits(base, mix);
    return strategies.map((each, at) => {
      if (!at) return first;
      const differences = each[column].map((values, place) => minusEach(values, base[place]));
      return weighCommits(differences, mix).map((x, block) => plus(x, first[block]));
    });
  };

  const weighRounds = (values, mix) =>
    rounds.map((round) => {
      const parts = mix.map(([place, share]) => [values[place][round], share]);
      return parts.every(([value]) => isKnown(value)) ? sum(parts.map(([value, share]) => value * share)) : null;
    });

  const compare = (column, mix) => {
    const totals = data.commits
      ? weighPairs(column, mix)
      : strategies.map((each) => weighRounds(each[column], mix));
    const blocks = totals[0].map((_, at) => at);
    const hosts = strategies.map((each) => least(known(mix.map(([place]) => each.hosts?.[place]))));
    const rarer = hosts.map((each) => least(known([each, hosts[0]])));
    const kept = rarer.map(isKnown);
    kept[0] = kept.slice(1).every(Boolean) && kept.length > 1;
    const own = totals.map((values, at) => (kept[at] ? values.map(() => null) : values));
    const there = own.filter((values) => known(values).length).length;
    const centred = own.map((values) => {
      const middle = mean(known(values));
      return values.map((x) => (isKnown(x) ? x - middle : null));
    });
    const slow = blocks.map((round) => median(known(centred.map((values) => values[round]))));
    const lost = 1 - rules.lost / Math.max(there, rules.fewest_strategies);
    const cells = centred.map((values) =>
      vary(values.map((x, round) => (isKnown(x) ? x - slow[round] : null)), lost));

    const found = totals.map((values, at) => {
      const both = blocks.filter((round) => isKnown(values[round]) && isKnown(totals[0][round]));
      const n = both.length;
      const all = mean(known(values));
      if (!at) return { n, seconds: all, difference: null, few: true };
      const difference = n ? mean(both.map((r) => values[r])) - mean(both.map((r) => totals[0][r])) : null;
      const seconds = data.commits ? plus(mean(known(totals[0])), difference) : all;
      const paired = kept[at] || there < rules.fewest_strategies;
      const pairs = vary(both.map((r) => values[r] - totals[0][r]), 2);
      const one = paired ? pairs : cells[at], other = paired ? pairs : cells[0];
      const few = n < rules.min_rounds || !one || !other || (isKnown(rarer[at]) && rarer[at] < rules.min_hosts);
      if (few) return { n, seconds, difference, few };
      const error = Math.sqrt((one.variance + other.variance) / n);
      return { n, seconds, difference, few, error, degrees: paired ? pairs.degrees : countDegrees(one, other) };
    });
    const chance = rules.beyond[found.filter((each) => !each.few).length - 1];
    return found.map((each) => {
      const half = each.few ? null : findQuantile(chance, each.degrees) * each.error;
      const ends = each.few ? { low: null, high: null } : { low: each.difference - half, high: each.difference + half };
      return { ...each, ...ends };
    });
  };

  // --- other work and another link, as modelled ----------------------------------------------
  const changeCell = (parts, state) => {
    const [work, moved, compressed, sent, linked] = parts;
    let change = state.work === null ? 0 : work * (state.work / ranges.work.value - 1);
    if (state.link !== null) {
      const rate = state.link / 8;
      change += moved / rate + Math.max(compressed, sent / rate) - linked;
    }
    return change;
  };

  const shift = (rows, mix, state) => {
    const changes = strategies.map((each) => {
      const cells = mix.map(([place, share]) => each.parts?.[place] && [changeCell(each.parts[place], state), share]);
      if (!cells.every(Boolean)) return null;
      const change = sum(cells.map(([seconds, share]) => seconds * share));
      return { change, off: data.off * sum(cells.map(([seconds, share]) => Math.abs(seconds) * share)) };
    });
    return rows.map((row, at) => {
      const own = changes[at], base = changes[0];
      if (!own || !base || !isKnown(row.seconds)) {
        return { ...row, seconds: null, difference: null, low: null, high: null };
      }
      const seconds = row.seconds + own.change;
      if (!isKnown(row.difference)) return { ...row, seconds };
      const difference = row.difference + own.change - base.change;
      if (!isKnown(row.low)) return { ...row, seconds, difference };
      const error = Math.hypot(own.off, base.off);
      return {
        ...row, seconds, difference,
        low: difference - Math.hypot(row.difference - row.low, error),
        high: difference + Math.hypot(row.high - row.difference, error),
      };
    });
  };

  const judge = (row, start) => {
    if (!isKnown(row.difference)) return "";
    if (!isKnown(row.low)) return "untold";
    if (row.high < 0) return "faster";
    if (row.low > 0) return "slower";
    return row.low >= -rules.margin * start && row.high <= rules.margin * start ? "same" : "close";
  };

  // the strategy to use, or the nearest to it: never an emulated one
  const choose = (rows, start) => {
    const real = rows.filter((row, at) => at && !row.emulated && isKnown(row.difference));
    real.sort((a, b) => a.difference - b.difference);
    if (!isKnown(start) || !real.length) return { text: "few", row: null };
    const faster = real.find((row) => row.verdict === "faster");
    if (faster) return { text: "use", row: faster };
    const open = real.find((row) =>
      !["same", "slower"].includes(row.verdict) && !(isKnown(row.low) && row.low >= -rules.margin * start));
    return open ? { text: open.verdict === "untold" ? "few" : "close", row: open } : { text: "stay", row: rows[0] };
  };

  // --- what is shown ---------------------------------------------------------------------------
  const minus = (text) => text.replace("-", "−");
  const say = (value, digits = 1) => (isKnown(value) ? minus(value.toFixed(digits)) : "–");
  const signed = (value, digits = 1) => (isKnown(value) ? (value > 0 ? "+" : "") + say(value, digits) : "–");
  // a number stays in one line with its unit, as everywhere on a page
  const join = (text) => text.replace(/(\d) (?=%|(?:s|USD)\b)/g, "$1\u00a0");
  const show = (name, value) => texts[name].replace(/\{value[^}]*\}/, value);
  const fill = (name, facts) => join(texts[name].replace(/\{(\w+)\}/g, (_, key) => facts[key] ?? ""));
  const input = (name) => box.querySelector("form").elements.namedItem(name);
  const mixes = data.scenarios.map((name) => input(`mix-${name}`));
  const starts = new Map([...box.querySelectorAll("input[type=range]")].map((each) => [each, each.value]));

  // a link's slider runs over the logarithm of its Mbit/s
  const readLink = (slider) => {
    const { low, high } = ranges.link;
    return low * (high / low) ** (slider.value / slider.max);
  };
  const isMoved = (slider) => slider && slider.value !== starts.get(slider);

  const readState = () => {
    const total = sum(mixes.map((each) => Number(each.value)));
    const work = input("work"), link = input("link"), price = input("price");
    return {
      mix: total ? mixes.map((each, place) => [place, each.value / total]).filter(([, share]) => share) : [],
      builds: Number(input("builds").value),
      price: isMoved(price) || isKnown(data.price.usd) ? Number(price.value) : null,
      work: isMoved(work) ? Number(work.value) : null,
      link: isMoved(link) ? readLink(link) : null,
      moved: mixes.some(isMoved) || isMoved(work) || isMoved(link),
    };
  };

  const rank = (state) => {
    const measured = compare("seconds", state.mix);
    const modelled = state.work !== null || state.link !== null;
    const rows = (modelled ? shift(measured, state.mix, state) : measured).map((row, at) => ({ ...strategies[at], ...row }));
    const start = rows[0].seconds;
    for (const row of rows.slice(1)) row.verdict = judge(row, start);
    rows[0].verdict = "baseline";
    // nothing was moved: the answer's own verdicts, which hold for all of its comparisons
    if (!state.moved) for (const row of rows.slice(1)) row.verdict = data.verdicts[row.name] ?? row.verdict;
    return { rows, start, modelled, chosen: choose(rows, start) };
  };

  const sayBill = (state, ranked) => {
    const { row } = ranked.chosen;
    if (!row || row === ranked.rows[0] || !isKnown(ranked.start)) return "";
    const facts = { builds: state.builds, minutes: say(Math.abs(row.difference) * state.builds / 60, 0) };
    const month = fill(row.difference < 0 ? "month_less" : "month_more", facts);
    if (ranked.modelled) return `${month} ${texts.bill_modelled}`;
    if (state.price === null || row.server) return `${month} ${texts.bill_unpriced}`;
    const billed = compare("billed", state.mix)[ranked.rows.indexOf(row)];
    const factor = state.builds * state.price;
    const ends = isKnown(billed.low) ? { low: signed(factor * billed.low, 2), high: signed(factor * billed.high, 2) } : null;
    const cents = [billed.difference, billed.low ?? 0, billed.high ?? 0].map((each) => Math.round(100 * factor * each));
    if (!cents.some(Boolean)) return `${month} ${texts.bill_same}`;
    const bill = { usd: signed(factor * billed.difference, 2), ...ends };
    return `${month} ${fill(ends ? "bill" : "bill_no_interval", bill)}`;
  };

  const showAdvice = (state, ranked) => {
    const { text, row } = ranked.chosen;
    const facts = row ? {
      strategy: row.name, baseline: data.baseline, to: say(ranked.start + (row.difference ?? 0)), start: say(ranked.start),
      difference: signed(row.difference), low: signed(row.low), high: signed(row.high), n: row.n,
      margin: Math.round(100 * rules.margin), rounds: rules.min_rounds,
    } : { rounds: rules.min_rounds, baseline: data.baseline };
    const grounds = text === "use" ? fill("interval", facts) : "";
    const origin = state.moved ? texts[ranked.modelled ? "modelled" : "measured"] : texts.unmoved;
    // CodeBuild's restart of the engine is not in seconds that were recorded without it
    const spared = text === "use" && row.unrestarted;
    const advice = fill(spared ? "use_restart" : text, { ...facts, turns_at: say(-(row?.difference ?? 0)) });
    box.querySelector(".advice").textContent = state.moved ? advice : join(data.advice);
    box.querySelector(".grounds").textContent = [grounds, origin, sayBill(state, ranked)].filter(Boolean).join(texts.between);
  };

  const showRows = (ranked) => {
    const body = box.querySelector("tbody");
    const lines = new Map([...body.rows].map((line) => [line.dataset.strategy, line]));
    // what the lab only stands in for comes last
    const sorted = [...ranked.rows].sort((a, b) =>
      a.emulated - b.emulated || (a.seconds ?? Infinity) - (b.seconds ?? Infinity));
    for (const row of sorted) {
      const line = lines.get(row.name);
      if (!line) continue;
      const [seconds, difference, verdict] = line.querySelectorAll(".yours");
      seconds.textContent = say(row.seconds);
      const ends = document.createElement("small");
      ends.textContent = isKnown(row.low) ? fill("ends", { low: signed(row.low), high: signed(row.high) }) : "";
      difference.replaceChildren(row.verdict === "baseline" ? "" : signed(row.difference), " ", ends);
      verdict.textContent = texts[`verdict_${row.verdict}`] ?? "–";
      for (const name of ["faster", "slower"]) difference.classList.toggle(name, row.verdict === name);
      body.append(line);
    }
  };

  const showSliders = (state) => {
    const total = sum(mixes.map((each) => Number(each.value)));
    const put = (slider, text) => {
      if (!slider) return;
      slider.parentElement.querySelector("output").textContent = text;
      slider.setAttribute("aria-valuetext", text);
    };
    mixes.forEach((each) => put(each, total ? show("percent", Math.round((100 * each.value) / total)) : show("percent", 0)));
    put(input("builds"), `${state.builds}`);
    put(input("price"), state.price === null ? texts.price_unknown : `${state.price.toFixed(4)} USD`);
    if (input("work")) put(input("work"), show("work_value", Number(input("work").value).toFixed(1)));
    if (input("link")) put(input("link"), show("link_value", Math.round(isMoved(input("link")) ? readLink(input("link")) : ranges.link.value)));
  };

  const update = () => {
    const state = readState();
    const ranked = rank(state);
    showSliders(state);
    showAdvice(state, ranked);
    showRows(ranked);
    const moved = [...starts.keys()].some(isMoved);
    box.querySelector("[type=reset]").disabled = !moved;
    box.classList.toggle("moved", moved);
    return ranked;
  };

  box.querySelector("form").addEventListener("input", update);
  box.querySelector("form").addEventListener("reset", () => setTimeout(update));
  box.classList.add("live");
  // for whoever wants the numbers rather than the words
  box.rank = () => rank(readState()).rows.map(({ name, emulated, n, seconds, difference, low, high, verdict }) =>
    ({ name, emulated, n, seconds, difference, low, high, verdict }));
  update();
})();
