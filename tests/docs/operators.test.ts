/** docs/operators.md, followed word by word, and what its line for needrestart does. */
import { expect, test } from "bun:test";
import { cpuLevel } from "../support/cpu.ts";
import { followPage } from "../support/follow.ts";
import { blocksOf } from "../support/pages.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const path = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;

followPage("docs/operators.md", {
  env: { PATH: "/usr/sbin:/sbin" },
  abilities: { "level-v3": cpuLevel() >= "v3" },
});

const needrestart = Bun.which("needrestart", { PATH: path });

test.skipIf(needrestart === null)("needrestart leaves out programs in memory with the page's line", () => {
  const files = blocksOf("docs/operators.md").flatMap(({ mark, text }): [string, string][] => {
    const name = /^test: file (.+)$/.exec(mark)?.[1];
    return name === undefined ? [] : [[name, text]];
  });
  const system = 'do "/etc/needrestart/needrestart.conf";\n';
  const texts = Object.fromEntries(files);
  const workspace = makeWorkspace({ ...texts, "off.conf": system, "on.conf": system + texts["mgo.conf"] });
  expectSuccess(run(workspace, [...MGO, "-o", "served", "."]));
  const script = `
    start-stop-daemon --start --background --make-pidfile --pidfile "$PWD/pid" --chdir "$PWD" \\
      --startas "$PWD/served"
    until [ -e ready ]; do sleep 0.1; done
    for each in off on; do needrestart -c $each.conf -v -r l >$each.log 2>&1; done
    start-stop-daemon --stop --pidfile "$PWD/pid" --retry 10
    for each in off on; do grep "#$(cat pid) " $each.log | sed "s/#$(cat pid)/$each/"; done`;
  const { stdout } = expectSuccess(run(workspace, ["sh", "-c", script], { PATH: path }));
  expect(stdout).toMatch(/^\[main\] off uses obsolete binary \/memfd:.*\/served \[GOAMD64=v\d\]$/m);
  // It goes on to ask what the process belongs to, unless it leaves it out.
  expect(stdout).toMatch(/^\[main\] off is (?:not )?a child/m);
  expect(stdout).toMatch(/^\[main\] on uses obsolete binary /m);
  expect(stdout).not.toMatch(/^\[main\] on is /m);
});
