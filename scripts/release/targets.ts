/**
 * The machines that a standalone mgo is made for. What it builds is for linux/amd64 on every one of them.
 */

/** A Bun of the version that package.json names, as npm has it. */
export interface Runtime {
  /** Name of the npm package. */
  readonly name: string;
  /** Of the package's tarball, as `npm view NAME@VERSION dist.integrity` gives it. */
  readonly integrity: string;
}

export interface Target {
  /** As downloads are called. */
  readonly name: string;
  /** What `bun build --target` calls it: the form of executable that Bun writes. */
  readonly bun: string;
  readonly runtime: Runtime;
}

/** On x64 the baseline runtimes, which run on CPUs without AVX2. */
export const TARGETS: readonly Target[] = [
  {
    name: "linux-x64",
    bun: "bun-linux-x64-baseline",
    runtime: {
      name: "@oven/bun-linux-x64-baseline",
      integrity:
        "sha512-s8yMwYcFnnrA178gji0gZbkE2WVDej/Ti1x770oPfihxyRxSMNhGhiAQNXV53aDeraZxksdvKV/RAdQBCd0qPA==",
    },
  },
  {
    name: "linux-x64-musl",
    bun: "bun-linux-x64-musl-baseline",
    runtime: {
      name: "@oven/bun-linux-x64-musl-baseline",
      integrity:
        "sha512-cWJhU8h0+MiUgpSt99sQhjxLIIosKEcKYdtKddohokUvAuN6jKOy7g7+QDTZTXtwHxz93wL3BX+L6wXVPDUH3A==",
    },
  },
  {
    name: "linux-arm64",
    bun: "bun-linux-arm64",
    runtime: {
      name: "@oven/bun-linux-aarch64",
      integrity:
        "sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==",
    },
  },
  {
    name: "linux-arm64-musl",
    bun: "bun-linux-arm64-musl",
    runtime: {
      name: "@oven/bun-linux-aarch64-musl",
      integrity:
        "sha512-XCNc+WvvMAdNNb+OWTogpy+N9wm62fkVeEVLb6how0RZhW5LPi6c7BlkeVCuWps7XjEl2saFpHFa20/1E+PAHg==",
    },
  },
  {
    name: "darwin-x64",
    bun: "bun-darwin-x64-baseline",
    runtime: {
      name: "@oven/bun-darwin-x64-baseline",
      integrity:
        "sha512-zqfLA5A4B+hYMh5WYzYSot3uZ06FzhdP0OEwQisEzdirYtXGj5cQFlfy31BGfNsAsk1Gd/w/OxJ/jqqJ3cMclw==",
    },
  },
  {
    name: "darwin-arm64",
    bun: "bun-darwin-arm64",
    runtime: {
      name: "@oven/bun-darwin-aarch64",
      integrity:
        "sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==",
    },
  },
];
