/** `with { type: "file" }` gives the path under which the file can be read at run time. */
declare module "*/mgo-launcher" {
  const path: string;
  export default path;
}

declare module "*/mgo-engine.wasm" {
  const path: string;
  export default path;
}

declare module "*/mgo-launcher-arm64" {
  const path: string;
  export default path;
}

declare module "*/mgo-launcher-riscv64" {
  const path: string;
  export default path;
}

declare module "*/mgo-launcher-ppc64le" {
  const path: string;
  export default path;
}

declare module "*/mgo-launcher-arm" {
  const path: string;
  export default path;
}
