/** `bun scripts/notices.ts`: prints the notices that go along with the mgo that runs on Node or Bun. */
import { bundledPackages } from "./package/bundled.ts";
import { thirdParties } from "./package/copyright.ts";
import { readText } from "./release/licenses.ts";

process.stdout.write(thirdParties(await readText("engine/zstd/LICENSE"), await bundledPackages()));
