/** The scripts that complete mgo's command line in shells. They run `mgo __complete`. */
import bash from "./mgo.bash" with { type: "text" };
import fish from "./mgo.fish" with { type: "text" };
import zsh from "./mgo.zsh" with { type: "text" };

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash, zsh, fish };
