import { defineConfig, type UserConfig } from "vite";

const BANNER = "/*! renuo-upload: MIT, Renuo AG. Includes Dropzone: MIT, Matias Meno. */";

/** One classic script and its style sheet, under fixed names as the server serves them. */
function script(entry: string, fileName: string, globalName: string): UserConfig {
  return {
    publicDir: false,
    build: {
      outDir: "dist",
      emptyOutDir: false,
      target: "es2022",
      lib: {
        entry,
        name: globalName,
        formats: ["iife"],
        fileName: () => `${fileName}.js`,
        cssFileName: fileName,
      },
      rolldownOptions: { output: { exports: "default", postBanner: BANNER } },
    },
  };
}

/** ES modules with Dropzone in them, so that a page can load them without a bundler. */
function modules(entry: Record<string, string>, emptyOutDir: boolean): UserConfig {
  return {
    publicDir: false,
    plugins: [{ name: "our-module", enforce: "pre", resolveId: (id) => OURS[id] }],
    build: {
      outDir: "dist",
      emptyOutDir,
      target: "es2022",
      lib: {
        entry,
        formats: ["es"],
        fileName: (_format, name) => `${name}.mjs`,
        cssFileName: "renuo-upload",
      },
      rolldownOptions: { external: ["react", "vue"], output: { postBanner: BANNER } },
    },
  };
}

/** The components import the module that is built beside them. */
const OURS: Record<string, { id: string; external: "relative" }> = {
  "./index": { id: "./renuo-upload.mjs", external: "relative" },
};

export default defineConfig(({ mode }) => {
  if (mode === "module") return modules({ "renuo-upload": "src/index.ts" }, true);
  if (mode === "components") return modules({ react: "src/react.ts", vue: "src/vue.ts" }, false);
  if (mode === "demo") {
    const config = script("src/demo/demo.ts", "demo", "RenuoDemo");
    const output = { exports: "auto" as const };
    return {
      ...config,
      publicDir: "src/demo/public",
      build: { ...config.build, rolldownOptions: { output } },
    };
  }
  return script("src/global.ts", "renuo-upload", "RenuoUpload");
});
