/** The choice of scripts that `npm test` runs: of each kind that concerns mgo, those that end soon. */

const BUILD = `build_cd_gopath_different build_cwd_newline build_dash_o_dev_null build_exe
  build_gopath_order build_internal build_issue62156 build_json build_link_x_import_path_escape
  build_multi_main build_no_go build_output build_output_overwrite build_patterns_outside_gopath
  build_pgo_auto build_static build_tags_no_comma build_test_only build_unsupported_goos build_vendor devnull
  env_cross_build fileline gcflags_patterns ldflag link_external_undef linkname toolexec version_gc_sections`;

const CGO = `build_cgo_error build_dash_n_cgo build_n_cgo cgo_asm_error cgo_bad_directives
  cgo_flag_contains_space cgo_path_space install_cgo_excluded link_syso_issue33139`;

const INSTALL = `gopath_install gopath_paths install_backslash install_cleans_build install_dep_version
  install_goroot_targets install_rebuild_removed install_relative_gobin_fail install_shadow_gopath
  mod_install_hint work_install_submodule`;

const RUN = `mod_run_nonmain mod_run_pkg_version run_dirs run_hello run_hello_pkg run_internal
  run_set_executable_name run_vers run_wildcard run_work_versioned`;

const MODULES = `mod_build_info_err mod_modinfo mod_nomod mod_stale modfile_flag vendor_complex work`;

/** Commands that mgo hands on. */
const OTHERS = `env_write generate get_panic_issue75251 list_find mod_edit`;

/** Some that differ as expected. */
const DIFFERENT = `build_gcflags build_pgo_auto_multi cover_list help run_goroot_PATH`;

export const FAST: readonly string[] = [BUILD, CGO, INSTALL, RUN, MODULES, OTHERS, DIFFERENT].flatMap(
  (names) => names.split(/\s+/),
);

/** Scripts that build the standard library many times, at each level: each takes as long as all others. */
export const SLOW: readonly string[] = ["repro_build"];
