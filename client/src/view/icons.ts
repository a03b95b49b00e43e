/** Icons as lines in the colour of the text around them. */

const PATHS = {
  upload: "M12 16V4m0 0L7 9m5-5 5 5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3",
  folder: "M3 7a2 2 0 0 1 2-2h4l2 2.5h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z",
  camera:
    "M4 8h3l1.7-2.5h6.6L17 8h3a1.5 1.5 0 0 1 1.5 1.500v8a1.5 1.5 0 0 1-1.5 1.500H4A1.5 1.5 0 0 1 2.5 17.500v-8A1.5 1.5 0 0 1 4 8zM12 16.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  retry:
    "M20 11a8 8 0 0 0-14.3-4.200L3.5 9M3.5 4v5h5M4 13a8 8 0 0 0 14.3 4.200l2.2-2.200M20.5 20v-5h-5",
  pause: "M9 5.500v13M15 5.500v13",
  resume: "M8 5.500v13l10.5-6.500z",
  cancel: "M6.5 6.500l11 11M17.5 6.500l-11 11",
  remove: "M4.5 7h15M9.5 7V4.500h5V7M6.5 7l.8 12.500h9.400L17.5 7M10.2 10.800v5M13.8 10.800v5",
  document: "M7 3.5h6.5l4.5 4.500v12.5H7zM13.5 3.500V8H18",
  done: "M6 12.500l4 4 8-9",
  failed: "M12 6v7.500M12 17.500v.1",
};

export type IconName = keyof typeof PATHS;

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Draws an icon; whatever it stands in has to be named in words. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(NAMESPACE, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
