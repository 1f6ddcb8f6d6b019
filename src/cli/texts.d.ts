/** `with { type: "text" }` gives the file's contents, which a compiled mgo carries. */
declare module "*/LICENSE" {
  const text: string;
  export default text;
}
