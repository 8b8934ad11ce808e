{
  "target_defaults": {
    "cflags": ["-O3", "-fno-math-errno", "-Wall", "-Wextra", "-Wno-unused-function", "-Wno-cast-function-type"],
    # GCC 12 warns of its own intrinsics.
    "cflags_cc": ["-std=gnu++17", "-Wno-maybe-uninitialized"],
    "xcode_settings": {
      "GCC_OPTIMIZATION_LEVEL": "3",
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "MACOSX_DEPLOYMENT_TARGET": "11.0"
    },
    "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": ["/std:c++17", "/O2"] } }
  },
  "targets": [
    {
      "target_name": "tessera_avx512",
      "type": "static_library",
      "sources": ["addon/isa/avx512.cc"],
      "conditions": [
        ["target_arch=='x64'", {
          "cflags": ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"],
          "xcode_settings": {
            "OTHER_CFLAGS": ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"]
          },
          "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": ["/arch:AVX512"] } }
        }]
      ]
    },
    {
      "target_name": "tessera_avx2",
      "type": "static_library",
      "sources": ["addon/isa/avx2.cc"],
      "conditions": [
        ["target_arch=='x64'", {
          "cflags": ["-mavx2", "-mfma"],
          "xcode_settings": { "OTHER_CFLAGS": ["-mavx2", "-mfma"] },
          "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": ["/arch:AVX2"] } }
        }]
      ]
    },
    {
      "target_name": "tessera",
      "dependencies": ["tessera_avx512", "tessera_avx2"],
      "sources": [
        "addon/addon.cc",
        "addon/bindings/arguments.cc",
        "addon/bindings/attention.cc",
        "addon/bindings/elementwise.cc",
        "addon/bindings/linear.cc",
        "addon/bindings/movement.cc",
        "addon/bindings/rows.cc",
        "addon/bindings/tnt.cc",
        "addon/bindings/windows.cc",
        "addon/isa.cc",
        "addon/isa/neon.cc",
        "addon/isa/portable.cc",
        "addon/ops/attention.cc",
        "addon/ops/elementwise.cc",
        "addon/ops/movement.cc",
        "addon/ops/product.cc",
        "addon/ops/rows.cc",
        "addon/ops/tnt.cc",
        "addon/ops/windows.cc",
        "addon/pool.cc"
      ],
      "defines": ["NAPI_VERSION=8"]
    }
  ]
}
