export default { publicDir: false, build: { target: "es2022" } };
