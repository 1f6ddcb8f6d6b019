"""Stands for rules_go, whose Bazel is not to be had from a package registry: the same names, by plain `go build`."""

def _go_binary_impl(ctx):
    out = ctx.actions.declare_file("%s_/%s" % (ctx.label.name, ctx.label.name))
    level = "v1"
    for constraint in ctx.attr._levels:
        if ctx.target_platform_has_constraint(constraint[platform_common.ConstraintValueInfo]):
            level = constraint.label.name
    environment = "HOME=$PWD GOPATH=$PWD GO111MODULE=off GOFLAGS= CGO_ENABLED=%d GOAMD64=%s" % (
        0 if ctx.attr.pure == "on" else 1,
        level,
    )
    ctx.actions.run_shell(
        command = "%s go build -trimpath -o %s %s" % (environment, out.path, ctx.files.srcs[0].path),
        inputs = ctx.files.srcs,
        outputs = [out],
        use_default_shell_env = True,
    )
    return [DefaultInfo(executable = out)]

go_binary = rule(
    implementation = _go_binary_impl,
    attrs = {
        "pure": attr.string(),
        "srcs": attr.label_list(allow_files = True),
        "_levels": attr.label_list(
            default = ["//go/constraints/amd64:" + level for level in ["v1", "v2", "v3", "v4"]],
        ),
    },
    executable = True,
)

def _platform_impl(_settings, attr):
    return {"//command_line_option:platforms": str(attr.platform)}

def _go_cross_binary_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = out, target_file = ctx.attr.target[DefaultInfo].files_to_run.executable)
    return [DefaultInfo(executable = out)]

go_cross_binary = rule(
    implementation = _go_cross_binary_impl,
    attrs = {
        "platform": attr.label(),
        "target": attr.label(),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    cfg = transition(
        implementation = _platform_impl,
        inputs = [],
        outputs = ["//command_line_option:platforms"],
    ),
    executable = True,
)
