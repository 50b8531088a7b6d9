// The page that converts a call: menus choose one of `halfpixelCalls`, whose answer is shown. The address says the choice,
// #call=…&to=….
"use strict";

(() => {
  const { frameworks, functions, conventions, texts } = halfpixelCalls;
  const SHOWN = 12; // calls that the filter lists
  const targets = Object.keys(frameworks);
  let made = 0; // blocks of code
  const calls = functions.flatMap((one) => one.calls.map((call) => ({ ...call, of: one })));
  const byText = new Map(calls.map((call) => [plain(call.text), call]));
  const haystacks = new Map(calls.map((call) => [call, haystack(call)]));

  // ---------------------------------------------------------------------------- elements

  /** An element with attributes and children; what is a string becomes text. */
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const literal = (text) => element("code", { class: "docutils literal" }, text);

  /** With the icon of the buttons of other pages, which is in a script of theirs. */
  function copyButton(attributes) {
    const button = element("button", attributes);
    button.innerHTML = typeof iconCopy === "string" ? iconCopy : "Copy";
    return button;
  }

  /** Code with a button that copies it, of which sphinx-copybutton's script takes care. */
  function code(text) {
    const id = `convert-code-${made++}`;
    const button = { class: "copybtn o-tooltip--left", "data-tooltip": "Copy", "data-clipboard-target": `#${id}`, "aria-label": "Copy" };
    const lines = element("pre", { id, tabindex: "0" }, text);
    return element("div", { class: "highlight-text notranslate" }, element("div", { class: "highlight" }, lines, copyButton(button)));
  }

  // ---------------------------------------------------------------------------- an answer

  const bullets = (lines) => element("ul", { class: "simple" }, ...lines.map((i) => element("li", {}, texts[i])));
  const row = ([name, image]) => element("tr", {}, element("th", { scope: "row" }, texts[name]), element("td", {}, element("pre", { tabindex: "0" }, texts[image])));
  const SHOW = {
    p: (text) => element("p", {}, texts[text]),
    h: (text) => element("h4", {}, texts[text]),
    ul: bullets,
    code: (text) => code(texts[text]),
    rows: (rows) => element("div", { class: "convert-rows" }, element("table", { class: "docutils" }, ...rows.map(row))),
    more: (summary, blocks) => element("details", {}, element("summary", {}, texts[summary]), ...blocks.map(shown)),
  };
  const shown = ([kind, ...content]) => SHOW[kind](...content);

  function answer(call, to) {
    const command = [element("h3", {}, "On the command line"), code(`halfpixel convert "${call.text}" --to ${to} ${call.options}`.trim())];
    if (call.error !== undefined) return [element("p", { class: "convert-error" }, texts[call.error]), ...(call.options ? command : [])];
    const parts = call.parts.flatMap((part) => {
      const [name, meaning] = conventions[part.convention];
      const page = `rules/conventions/${part.convention}.html`;
      const drawing = element("img", { class: "convert-drawing", src: `_images/${part.convention}.svg`, alt: `Where ${name} samples` });
      return [
        element("h3", {}, `In ${frameworks[to]}${texts[part.when] ? `, ${texts[part.when]}` : ""}`),
        ...part.to[targets.indexOf(to)].map(shown),
        element("h3", {}, "What the call computes"),
        element("p", {}, element("a", { href: page }, name), `. ${meaning.replaceAll("`", "")}`),
        ...part.about.map(shown),
        element("a", { href: page }, drawing),
      ];
    });
    return [...parts, ...command];
  }

  /** The worst of the parts, for a target. */
  function verdict(call, i) {
    const marks = ["none", "partly", "equal"];
    const [mark, said] = call.parts.map((part) => part.verdicts[i]).sort((a, b) => marks.indexOf(a[0]) - marks.indexOf(b[0]))[0];
    return element("span", { class: `convert-verdict convert-${mark}` }, texts[said]);
  }

  // ---------------------------------------------------------------------------- finding a call

  /** A call without what two people write differently. */
  function plain(text) {
    return text.replace(/\s/g, "").replaceAll('"', "'");
  }

  function haystack(call) {
    const picked = call.of.menus.map(([name, values], i) => `${name} ${values[call.picked[i]]}`);
    return [frameworks[call.of.framework], call.of.framework, call.of.name, call.text, ...picked].join(" ").toLowerCase();
  }

  /** The calls that have all words; in a pasted call, names that no call has are left out. */
  function matching(text) {
    const isCall = text.includes("(");
    const words = text.toLowerCase().match(isCall ? /[\w.]{2,}/g : /\S+/g) ?? [];
    const known = isCall ? words.filter((word) => [...haystacks.values()].some((hay) => hay.includes(word))) : words;
    if (!known.length) return [];
    return calls.filter((call) => known.every((word) => haystacks.get(call).includes(word)));
  }

  /** The call of a function with one value changed: of those that have it, the one that keeps most of the others. */
  function changed(call, menu, value) {
    const kept = (other) => other.picked.filter((one, i) => one === call.picked[i]).length;
    return call.of.calls
      .filter((other) => other.picked[menu] === value)
      .map((other) => byText.get(plain(other.text)))
      .reduce((best, other) => (kept(other) > kept(best) ? other : best));
  }

  // ---------------------------------------------------------------------------- the page

  const address = (call, to) => `#${new URLSearchParams({ call: call.text, to })}`;
  const filter = element("input", { id: "convert-filter", type: "search", placeholder: "bilinear antialias", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-describedby": "convert-count" });
  const count = element("p", { id: "convert-count", role: "status" });
  const list = element("ul", { class: "simple", id: "convert-list" });
  const menus = element("div", { id: "convert-menus" });
  const result = element("div", { id: "convert-answer" });
  let chosen = byText.get(plain(functions[0].calls[0].text));
  let target = "opencv";

  function select(label, values, index, pick) {
    const options = values.map((text) => element("option", {}, text));
    options[index].selected = true;
    const id = `convert-menu-${label.replace(/\W/g, "-")}`;
    const made = element("select", { id }, ...options);
    made.addEventListener("change", () => {
      pick(made.selectedIndex);
      document.getElementById(id)?.focus();
    });
    return element("div", {}, element("label", { for: id }, label), made);
  }

  function choose(call, to = target) {
    chosen = call;
    target = to;
    history.replaceState(null, "", address(call, to));
    show();
  }

  const first = (one) => byText.get(plain(one.calls[0].text));

  function show() {
    const sources = [...new Set(functions.map((one) => one.framework))];
    const own = functions.filter((one) => one.framework === chosen.of.framework);
    menus.replaceChildren(
      select("Framework", sources.map((key) => frameworks[key]), sources.indexOf(chosen.of.framework), (i) => choose(first(functions.find((one) => one.framework === sources[i])))),
      select("Function", own.map((one) => one.name), own.indexOf(chosen.of), (i) => choose(first(own[i]))),
      ...chosen.of.menus.map(([name, values], menu) => select(name, values, chosen.picked[menu], (i) => choose(changed(chosen, menu, i)))),
    );
    result.replaceChildren(code(chosen.text), converted(), ...answer(chosen, target));
    document.title = `${chosen.text} - halfpixel`;
  }

  function converted() {
    const choices = targets.map((to, i) => {
      const radio = element("input", { type: "radio", name: "convert-to", value: to, id: `convert-to-${to}` });
      radio.checked = to === target;
      radio.addEventListener("change", () => {
        choose(chosen, to);
        document.getElementById(radio.id).focus();
      });
      return element("label", {}, radio, ` ${frameworks[to]} `, ...(chosen.parts ? [verdict(chosen, i)] : []));
    });
    return element("fieldset", { id: "convert-to" }, element("legend", {}, "Convert to"), ...choices);
  }

  function filtered() {
    const found = matching(filter.value);
    const listed = found.slice(0, SHOWN);
    list.replaceChildren(...listed.map((call) => element("li", {}, element("a", { href: address(call, target) }, literal(call.text)))));
    const more = found.length > SHOWN ? `, the first ${SHOWN} are shown` : "";
    count.textContent = filter.value.trim() ? `${found.length} call${found.length === 1 ? "" : "s"}${more}` : "";
  }

  /** The choice that an address says; a call that is not in the menus goes to the filter. */
  function fromAddress() {
    const given = new URLSearchParams(location.hash.includes("call=") ? location.hash.slice(1) : location.search);
    let text = given.get("call") ?? location.hash.slice(1);
    try {
      text = given.get("call") ?? decodeURIComponent(text);
    } catch {
      // a % that is a part of the call
    }
    if (targets.includes(given.get("to"))) target = given.get("to");
    const call = byText.get(plain(text));
    if (call) chosen = call;
    else if (text) filter.value = text;
    if (text && !call) filtered();
    show();
  }

  filter.addEventListener("input", filtered);
  addEventListener("hashchange", fromAddress);
  document.getElementById("convert").replaceChildren(
    element("label", { for: "convert-filter" }, "Find a call"),
    filter,
    count,
    list,
    menus,
    result,
  );
  fromAddress();
})();
