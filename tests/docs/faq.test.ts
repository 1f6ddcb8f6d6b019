/** docs/faq.md, followed word by word. */
import { cpuLevel } from "../support/cpu.ts";
import { followPage } from "../support/follow.ts";

followPage("docs/faq.md", { abilities: { "level-v3": cpuLevel() >= "v3" } });
