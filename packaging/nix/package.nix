# For pkgs.callPackage: mgo from source, with nixpkgs' Bun, Zig and zstd, and npm packages by package-lock.json.
{
  lib,
  stdenvNoCC,
  importNpmLock,
  bun,
  nodejs,
  zig_0_16,
  zstd,
  src ? lib.cleanSource ../..,
}:
let
  manifest = lib.importJSON (src + "/package.json");
  modules = importNpmLock.buildNodeModules {
    npmRoot = src;
    inherit nodejs;
    # As .npmrc has it: none of the packages needs its install script.
    derivationArgs = {
      npmInstallFlags = [ "--ignore-scripts" ];
      npmRebuildFlags = [ "--ignore-scripts" ];
    };
  };
in
stdenvNoCC.mkDerivation {
  pname = "mgo";
  inherit (manifest) version;
  inherit src;

  # patchShebangs has mgo run on it.
  buildInputs = [ nodejs ];

  env = {
    BUN = lib.getExe bun;
    ZIG = lib.getExe zig_0_16;
    PREFIX = "";
  };

  # The whole of zstd's sources, of which the launcher takes the decoder.
  postUnpack = ''
    mkdir zstd-source
    tar -xf ${zstd.src} -C zstd-source --strip-components=1 || cp -r ${zstd.src}/. zstd-source
    export ZSTD=$PWD/zstd-source/lib
  '';

  installPhase = ''
    runHook preInstall
    cp -r ${modules}/node_modules .
    packaging/install.sh $out
    runHook postInstall
  '';

  # The launcher goes into the executables that mgo makes: it must stay as it is.
  dontStrip = true;
  dontPatchELF = true;
  doInstallCheck = true;
  installCheckPhase = "$out/bin/mgo --version";

  meta = {
    description = "go build for several CPU levels in one executable";
    homepage = "https://github.com/mgo-build/mgo";
    license = with lib.licenses; [ mit bsd3 ];
    mainProgram = "mgo";
  };
}
