// Written by `zig build format` from engine/format. Do not edit.

export const ARCHITECTURES = {
  amd64: {
    elfMachine: 62,
    elfClass: 2,
    variable: "GOAMD64",
    levels: ["v1", "v2", "v3", "v4"],
    march: {
      v1: "x86-64",
      v2: "x86-64-v2",
      v3: "x86-64-v3",
      v4: "x86-64-v4",
    },
    features: {
      v1: ["CMOV", "CX8", "FPU", "FXSR", "MMX", "SSE", "SSE2"],
      v2: ["CMPXCHG16B", "LAHF-SAHF", "POPCNT", "SSE3", "SSE4_1", "SSE4_2", "SSSE3"],
      v3: ["AVX", "AVX2", "BMI1", "BMI2", "F16C", "FMA", "LZCNT", "MOVBE", "OSXSAVE"],
      v4: ["AVX512F", "AVX512BW", "AVX512CD", "AVX512DQ", "AVX512VL"],
    },
    defaultLevels: ["v1", "v2", "v3", "v4"],
    defaultBase: "v3",
  },
} as const;
