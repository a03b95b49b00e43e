/** Elements without markup strings: a Content-Security-Policy can forbid everything inline. */

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

/** Creates an element of the class `renuo-upload__<part>` with its children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  name: Tag,
  part: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  return tag(name, `renuo-upload__${part}`, ...children);
}

/** An arrow pointing up out of a tray, in the colour of the text around it. */
export function uploadIcon(): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const icon = document.createElementNS(namespace, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", "M12 16V4m0 0L7 9m5-5 5 5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3");
  icon.append(path);
  return icon;
}
