/** mgo's help text: every command, flag and variable, in lines of at most 80 columns. */
export const HELP = `mgo builds a Go program for GOAMD64=v1, v2, v3 and v4 and puts the four into one
executable, a bundle, that starts the best variant for the CPU it runs on.

usage:
  mgo [build] [-mgo flags] [go build flags] [packages]
                        do what go build does, with bundles for executables
  mgo pack -o OUT [--base v3] [--compress best] [--layout direct]
           [--launcher FILE] FILE...
                        bundle variants built elsewhere; v3=FILE names a level;
                        the flags are those of a build, below
  mgo inspect FILE [--json]
                        show what is in a bundle
  mgo extract FILE --level v3 -o OUT
                        write one variant, as go build made it
  mgo verify FILE [--json]
                        check a bundle from end to end
  mgo --version         print mgo's version
  mgo --help            print this text

Every other command (env, list, mod, run, test, tool, version, vet, ...) goes
to go unchanged: mgo can stand wherever a go command can be named.

flags of mgo, anywhere among those of go build:
  -mgo.levels=v1,v2,v3,v4
                        the levels to build; with a single one the output is
                        that variant itself
  -mgo.base=v3          the variant that the others are stored as differences
                        from, and that a direct bundle is: the one whose start
                        should be quickest
  -mgo.compress=fast|default|best
                        how hard to compress
  -mgo.jobs=N           how many variants to build, and how many of their parts
                        to compress, at once
  -mgo.layout=packed|direct
                        packed: all variants compressed, started from memory.
                        direct: the bundle is the base, which starts in place,
                        and carries the others compressed
  -mgo.launcher=FILE    another launcher than the one inside mgo
  -mgo.elsewhere=go     hand targets other than linux/amd64 to plain go build

All flags of go build work as they do there ("go help build"). Some of what
they do concerns four builds:
  -o FILE, -o DIR/      where the bundle goes, or one for each main package;
                        -o FILE of a library gets the lowest level's archive
  -n, -x, -work         print each level's output behind a line "# GOAMD64=v3"
  -v                    print each package once, and what mgo made
  -json                 print events that all levels share once; others have a
                        field GOAMD64
Errors that all levels share are printed once, as go build prints them; others
behind a line "# GOAMD64=v3". The exit status is that of go build.

environment:
  MGOFLAGS              -mgo flags used when the command line has none, as
                        GOFLAGS has those of go
  MGO_PARALLEL_BUILD    the default of -mgo.jobs
  MGOCACHE              where variants are kept so that unchanged ones are not
                        linked again; "off" keeps none. Default: mgo in
                        $XDG_CACHE_HOME or ~/.cache
  MGODEBUG=trace        show where in mgo an error came from
  NO_COLOR              no colours on a terminal
GOAMD64 is ignored when building: -mgo.levels names the levels.

environment of a bundle, when it runs:
  GOAMD64=v1|v2|v3|v4   start this variant, or the best below it
  MGODEBUG=log          say on standard error which variant is started
  MGODEBUG=extract      write that variant to standard output instead
  MGODEBUG=base         start the base of a direct bundle, if the CPU can
  MGODEBUG=symbols      start it with its debug data and symbols in memory, for
                        debuggers and profilers
`;
