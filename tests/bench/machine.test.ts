/** The machine that `mgo bench` names. */
import { expect, test } from "bun:test";
import { nameOfCpu } from "../../src/bench/machine.ts";

test.each<readonly [string, string]>([
  ["vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 33\nmodel name\t: AMD Ryzen 5\n", "AMD Ryzen 5"],
  ["cpu\t\t: POWER9, altivec supported\nclock\t\t: 2300MHz\n", "POWER9, altivec supported"],
  ["hart\t\t: 1\nisa\t\t: rv64imafdc\nmmu\t\t: sv39\nuarch\t\t: sifive,u74-mc\n", "sifive,u74-mc"],
  ["BogoMIPS\t: 108.00\nFeatures\t: fp asimd\nCPU architecture: 8\n", "unknown CPU"],
])("CPU fields %p give the name %p", (fields, name) => {
  expect(nameOfCpu(`processor\t: 0\n${fields}`)).toBe(name);
});
