{
  "variables": {
    # 1 where the compiler knows AMX: GCC from 11, Clang from 12.
    "amx%": "<!(node scripts/compiles.mjs -mamx-tile -mamx-bf16 -mavx512bf16)",
    # 1 for a second module, which models AMX in software, for tests: scripts/install.mjs --emulated.
    "emulated%": 0,
    "avx512_flags": ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"],
    "module_sources": [
      "addon/addon.cc",
      "addon/bindings/arguments.cc",
      "addon/bindings/attention.cc",
      "addon/bindings/batch_norm.cc",
      "addon/bindings/convolution.cc",
      "addon/bindings/depthwise.cc",
      "addon/bindings/elementwise.cc",
      "addon/bindings/group_norm.cc",
      "addon/bindings/linear.cc",
      "addon/bindings/movement.cc",
      "addon/bindings/rows.cc",
      "addon/bindings/tnt.cc",
      "addon/bindings/updates.cc",
      "addon/bindings/windows.cc",
      "addon/huge_pages.cc",
      "addon/isa.cc",
      "addon/isa/neon.cc",
      "addon/isa/portable.cc",
      "addon/ops/attention.cc",
      "addon/ops/batch_norm.cc",
      "addon/ops/convolution.cc",
      "addon/ops/depthwise.cc",
      "addon/ops/elementwise.cc",
      "addon/ops/group_norm.cc",
      "addon/ops/movement.cc",
      "addon/ops/muon.cc",
      "addon/ops/patches.cc",
      "addon/ops/product.cc",
      "addon/ops/rows.cc",
      "addon/ops/tiled.cc",
      "addon/ops/tnt.cc",
      "addon/ops/updates.cc",
      "addon/ops/window_attention.cc",
      "addon/ops/window_product.cc",
      "addon/ops/windows.cc",
      "addon/pool.cc",
      "addon/tile_permission.cc"
    ]
  },
  "target_defaults": {
    "cflags": ["-O3", "-fno-math-errno", "-Wall", "-Wextra", "-Wno-unused-function", "-Wno-cast-function-type"],
    # GCC 12 warns of its own intrinsics.
    "cflags_cc": ["-std=gnu++17", "-Wno-maybe-uninitialized", "-Wno-uninitialized"],
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
          "cflags": ["<@(avx512_flags)"],
          "xcode_settings": { "OTHER_CFLAGS": ["<@(avx512_flags)"] },
          "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": ["/arch:AVX512"] } }
        }]
      ]
    },
    {
      "target_name": "tessera_amx",
      "type": "static_library",
      "sources": ["addon/isa/amx.cc"],
      "conditions": [
        ["target_arch=='x64' and OS=='linux' and amx==1", {
          "cflags": ["<@(avx512_flags)", "-mavx512bf16", "-mamx-tile", "-mamx-bf16"]
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
      "dependencies": ["tessera_amx", "tessera_avx512", "tessera_avx2"],
      "sources": ["<@(module_sources)"],
      "defines": ["NAPI_VERSION=8"]
    }
  ],
  "conditions": [
    ["emulated==1", {
      "targets": [
        {
          "target_name": "tessera_emulated_avx512",
          "type": "static_library",
          "sources": ["addon/tests/amx_emulated.cc"],
          "defines": ["TESSERA_EMULATED=1", "TESSERA_UPON_AVX512=1"],
          "conditions": [
            ["target_arch=='x64' and OS=='linux' and amx==1", { "cflags": ["<@(avx512_flags)", "-mavx512bf16"] }]
          ]
        },
        {
          "target_name": "tessera_emulated",
          "dependencies": ["tessera_amx", "tessera_avx512", "tessera_avx2", "tessera_emulated_avx512"],
          "sources": ["<@(module_sources)", "addon/tests/amx_emulated.cc"],
          "defines": ["NAPI_VERSION=8", "TESSERA_EMULATED=1"]
        }
      ]
    }]
  ]
}
