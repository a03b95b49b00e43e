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
