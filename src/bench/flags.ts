/**
 * The flags of `go test`, as far as `mgo bench` must know them: which take a value, so that mgo's own can be found
 * among them, and which make no sense for programs that are run many times.
 */
import { type Arity, GO_BUILD_FLAGS } from "../go/flags.ts";

const BOOL_FLAGS = "artifacts benchmem c cover failfast fullpath json short v";

const VALUE_FLAGS = `bench benchtime blockprofile blockprofilerate count coverprofile cpu cpuprofile exec fuzz
  fuzzminimizetime fuzztime list memprofile memprofilerate mutexprofile mutexprofilefraction o outputdir parallel run
  shuffle skip timeout trace vet`;

/**
 * Every flag of `go test`, those of `go build` too. All that concern the test programs may also be written with
 * `test.` in front. A test holds the table against `go help testflag`.
 */
export const GO_TEST_FLAGS: ReadonlyMap<string, Arity> = new Map([
  ...GO_BUILD_FLAGS,
  ...BOOL_FLAGS.split(/\s+/).map((name): [string, Arity] => [name, "bool"]),
  ...VALUE_FLAGS.split(/\s+/).map((name): [string, Arity] => [name, "value"]),
]);

const MANY = "each run would write it again: use go test";
const COVERAGE = "counting slows down what is measured: use go test";

/** Flags that are refused, and why. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ...["blockprofile", "cpuprofile", "memprofile", "mutexprofile", "trace", "artifacts"].map(
    (name): [string, string] => [name, MANY],
  ),
  ...["cover", "covermode", "coverpkg", "coverprofile"].map((name): [string, string] => [name, COVERAGE]),
  ...["c", "o", "n", "list", "fuzz"].map((name): [string, string] => [
    name,
    "with it nothing is measured: use go test",
  ]),
]);
