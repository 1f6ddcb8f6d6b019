/** Checks of an installed mgo. */
import { expect } from "bun:test";
import packageJson from "../../package.json" with { type: "json" };

const { version } = packageJson;

/** Shell commands that use an installed mgo in all ways that its package is for. They need HELLO. */
export const USE = `
test "$(mgo --version)" = 'mgo ${version}'
mgo -mgo.levels=v1,v3 -o hello .
GOAMD64=v1 ./hello
mgo verify hello
test "$(zcat -f /usr/share/man/man1/mgo.1*)" = "$(mgo man)"
if command -v man >/dev/null; then man -w mgo | grep -q '^/usr/share/man/man1/mgo.1' ; fi
if command -v fish >/dev/null; then fish -c 'complete -C "mgo verif"'; else echo verify; fi
if command -v zsh >/dev/null; then zsh -fc '
  fpath+=(/usr/share/zsh/site-functions); autoload -Uz compinit
  compinit -u -D; print $_comps[mgo]'; else echo _mgo; fi
bash -c '. /usr/share/bash-completion/completions/mgo; complete -p mgo'
sh -n /usr/share/mgo/split.sh
`;
/** Lines that they print. */
export const USED: readonly unknown[] = [
  "level v1",
  "hello: whole, with v1, v3",
  expect.stringMatching(/^verify/),
  "_mgo",
  "complete -o bashdefault -o default -F _mgo mgo",
];
