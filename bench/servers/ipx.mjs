// ipx on 127.0.0.1: node ipx.mjs <ipx's index.mjs> <port>.
// AVIF as the other servers make it: effort 0 is speed 9, and 4:2:0. The rest are ipx's defaults.
import { createServer } from "node:http";

const [module, port] = process.argv.slice(2);
const { createIPX, createIPXNodeServer, ipxHttpStorage } = await import(module);
const ipx = createIPX({
  httpStorage: ipxHttpStorage({ domains: ["127.0.0.1"] }),
  sharpOptions: { jpegProgressive: true, heifEffort: 0, heifChromaSubsampling: "4:2:0" },
});
createServer(createIPXNodeServer(ipx)).listen(Number(port), "127.0.0.1");
