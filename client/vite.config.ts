import { defineConfig, type UserConfig } from "vite";

const OUTPUT = "../thumbor_renuo/static";

/** One classic script and one style sheet under fixed names, as the server serves them. */
function bundle(entry: string, fileName: string, globalName: string): UserConfig {
  return {
    publicDir: false,
    build: {
      outDir: OUTPUT,
      emptyOutDir: false,
      target: "es2022",
      lib: {
        entry,
        name: globalName,
        formats: ["iife"],
        fileName: () => `${fileName}.js`,
        cssFileName: fileName,
      },
    },
  };
}

export default defineConfig(({ mode }) => {
  if (mode === "demo") {
    const config = bundle("src/demo/demo.ts", "demo", "RenuoDemo");
    return { ...config, publicDir: "src/demo/public" };
  }
  const config = bundle("src/global.ts", "renuo-upload", "RenuoUpload");
  const build = {
    ...config.build,
    emptyOutDir: true,
    rolldownOptions: {
      output: {
        exports: "default" as const,
        postBanner: "/*! renuo-upload: MIT, Renuo AG. Includes Dropzone: MIT, Matias Meno. */",
      },
    },
  };
  return { ...config, build };
});
