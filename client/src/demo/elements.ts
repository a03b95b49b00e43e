/** Elements without markup strings: the page's Content-Security-Policy forbids everything inline. */

let numbered = 0;

/** Creates an element of a class with its children. */
export function tag<Tag extends keyof HTMLElementTagNameMap>(
  name: Tag,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(name);
  created.className = className;
  created.append(...children);
  return created;
}

/** Creates a button that does something. */
export function button(className: string, text: string, act: () => void): HTMLButtonElement {
  const created = tag("button", className, text);
  created.type = "button";
  created.addEventListener("click", act);
  return created;
}

/** An id that no other element has. */
export function newId(what: string): string {
  numbered += 1;
  return `${what}-${numbered}`;
}

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/** Tells those who cannot see it. */
export function announce(text: string): void {
  byId("announcement").textContent = text;
}
