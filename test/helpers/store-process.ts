// A process of its own that opens the store and says so: `node store-process.ts DIRECTORY STALE_AFTER`.
import { openStore } from "../../src/clients/store.ts";

const [directory = "", staleAfter = ""] = process.argv.slice(2);
const store = await openStore({ directory, staleAfter: Number(staleAfter) });
const [mark] = await store.transactions.findByNonce({ chainId: 1, relayer: "0x" }, 0);
console.log(mark === undefined ? "open" : "damaged");
setInterval(() => undefined, 1_000);
