import { exampleFiles } from "../support/examples.ts";
import { followPage } from "../support/follow.ts";
import { findTools } from "../support/tools.ts";

const tools = findTools("go-cacher", "go-cacher-server");

followPage("docs/distributed-builds.md", {
  files: exampleFiles("distributed"),
  // The page is about mgo as it comes.
  env: { MGOFLAGS: "", ...(tools === undefined ? {} : { PATH: tools }) },
  skip: Bun.which("git") === null,
});
