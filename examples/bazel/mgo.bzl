"""mgo_bundle: a go_binary, built for several levels of x86-64, in one executable."""

load("@rules_go//go:def.bzl", "go_cross_binary")

LEVELS = ["v1", "v2", "v3", "v4"]

def mgo_bundle(name, binary, levels = LEVELS, testonly = None, **kwargs):
    """Builds a go_binary at each level, for Linux, and bundles them.

    Args:
      name: of the bundle, and of its file.
      binary: the label of a go_binary.
      levels: those of GOAMD64 to build, two or more.
      testonly: as of any rule.
      **kwargs: `base`, `compress` and `layout`, as the flags of `mgo pack`; `mgo`, the label of another mgo; and what
        any rule has: `visibility`, `tags`, ….
    """
    variants = {}
    for level in levels:
        variant = "%s_%s" % (name, level)
        native.platform(
            name = variant + "_platform",
            # rules_go sets GOAMD64 by the last of them.
            constraint_values = [
                "@platforms//os:linux",
                "@platforms//cpu:x86_64",
                "@rules_go//go/constraints/amd64:" + level,
            ],
            testonly = testonly,
            visibility = ["//visibility:private"],
        )
        go_cross_binary(
            name = variant,
            platform = ":%s_platform" % variant,
            tags = ["manual"],
            target = binary,
            testonly = testonly,
            visibility = ["//visibility:private"],
        )
        variants[":" + variant] = level
    _mgo_pack(
        name = name,
        testonly = testonly,
        variants = variants,
        **kwargs
    )

def _mgo_pack_impl(ctx):
    bundle = ctx.actions.declare_file(ctx.label.name)
    args = ctx.actions.args()
    args.add("pack")
    args.add("-o", bundle)
    for flag in ("base", "compress", "layout"):
        value = getattr(ctx.attr, flag)
        if value:
            args.add("--" + flag, value)
    inputs = []
    for target, level in ctx.attr.variants.items():
        file = target[DefaultInfo].files_to_run.executable
        # rules_go writes no level into the build info.
        args.add("%s=%s" % (level, file.path))
        inputs.append(file)
    ctx.actions.run(
        arguments = [args],
        executable = ctx.executable.mgo,
        inputs = inputs,
        mnemonic = "MgoPack",
        outputs = [bundle],
        progress_message = "Bundling %{label}",
    )
    runfiles = ctx.runfiles()
    for target in ctx.attr.variants:
        runfiles = runfiles.merge(target[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = bundle, files = depset([bundle]), runfiles = runfiles)]

_mgo_pack = rule(
    implementation = _mgo_pack_impl,
    doc = "Bundles executables that were built for different levels.",
    attrs = {
        "base": attr.string(doc = "The level that the others are stored as differences from."),
        "compress": attr.string(values = ["", "fast", "default", "best"]),
        "layout": attr.string(values = ["", "packed", "direct"]),
        "mgo": attr.label(
            allow_single_file = True,
            cfg = "exec",
            default = "@mgo//:mgo",
            executable = True,
        ),
        "variants": attr.label_keyed_string_dict(
            doc = "The executables, each with its level.",
            mandatory = True,
        ),
    },
    executable = True,
)
