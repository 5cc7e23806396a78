{
  # Node's own config.gypi defines `asan` and `coverage`, and a variable of that name here would be overridden: hence the prefix.
  "variables": { "sockwise_asan%": 0, "sockwise_coverage%": 0 },
  "targets": [
    {
      "target_name": "sockwise",
      "sources": [
        "<!@(node -p \"require('fs').readdirSync('native').filter((file) => file.endsWith('.cc')).map((file) => 'native/' + file).join(' ')\")",
        "<(SHARED_INTERMEDIATE_DIR)/sources.cc"
      ],
      "actions": [
        {
          "action_name": "sources",
          "inputs": [
            "scripts/sources.mjs",
            "<!@(node -p \"require('fs').readdirSync('native').map((file) => 'native/' + file).join(' ')\")"
          ],
          "outputs": ["<(SHARED_INTERMEDIATE_DIR)/sources.cc"],
          "action": ["node", "scripts/sources.mjs", "<(SHARED_INTERMEDIATE_DIR)/sources.cc"]
        }
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"],
      # Removing -fno-exceptions or -fno-rtti here as well would also remove those added below.
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": [
        "-std=c++17", "-fno-exceptions", "-fno-rtti", "-fvisibility=hidden",
        "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra"
      ],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "11.0"
      },
      "conditions": [
        ["OS=='linux' and sockwise_asan==0 and sockwise_coverage==0", {
          # Lazy binding: some runtimes lack libuv's symbols, and only a call of one may fail there, not the load.
          "ldflags": [
            "-static-libstdc++", "-Wl,--gc-sections", "-Wl,-z,lazy",
            "-Wl,--version-script=<(module_root_dir)/native/exports.map"
          ]
        }],
        # IPV6_PKTINFO and its like, RFC 3542, are declared only on request there.
        ["OS=='mac'", { "defines": ["__APPLE_USE_RFC_3542"] }],
        ["sockwise_asan==1", {
          "cflags!": ["-O3"],
          "cflags": ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
          "ldflags": ["-fsanitize=address,undefined"]
        }],
        ["sockwise_coverage==1", {
          "cflags!": ["-O3"],
          "cflags": ["-O0", "-g", "--coverage"],
          "ldflags": ["--coverage"]
        }]
      ]
    }
  ]
}
