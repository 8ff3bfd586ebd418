// Made by tools/error_function_tables.py.
#pragma once

namespace torchactiv {

// erf(k step + d) of |d| <= step / 2, to a relative error of 2^-51.59. Rows: coefficients of rising powers of d;
// columns: k.
// clang-format off
struct ErrorFunctionTables {
  static constexpr double step = 0x1.a000000000000p-2;
  static constexpr double erf[13][16] = {
      {0x0.0p+0, 0x1.bccfec24855b8p-2, 0x1.7fb9bfaed8078p-1, 0x1.d4970f9ce00d9p-1, 0x1.f4f693b67bd77p-1,
       0x1.fdea6e062d0c9p-1, 0x1.ffb5bdf67fe6fp-1, 0x1.fff86cfd3e657p-1, 0x1.ffff6f9f67e55p-1, 0x1.fffff82cdcf1bp-1,
       0x1.ffffffb127525p-1, 0x1.fffffffdbff2ap-1, 0x1.fffffffff4188p-1, 0x1.ffffffffffd27p-1, 0x1.ffffffffffff8p-1,
       0x1.0000000000000p+0},
      {0x1.20dd750429b6cp+0, 0x1.e9d5a8e4c934fp-1, 0x1.2a8dcede3673cp-1, 0x1.059f59af7a903p-2, 0x1.499d478bca736p-4,
       0x1.2a875b5ffab60p-6, 0x1.84ba3004a50b9p-9, 0x1.6be02102b34dbp-12, 0x1.e9b5e8d00cff6p-16,
       0x1.d9c73698fb796p-20, 0x1.4980cb3c7fae8p-24, 0x1.4979ac8b1d041p-29, 0x1.d9a880f2ae1cap-35,
       0x1.e981029425dcep-41, 0x1.6ba91ac3e4edap-47, 0x0.0p+0},
      {0x0.0p+0, -0x1.8dfd9939e37aep-2, -0x1.e5267029187c1p-2, -0x1.3eda354ddd5ffp-2, -0x1.0bcfca21947dap-3,
       -0x1.2f3178cd7aa05p-5, -0x1.d9c2ea85a9280p-8, -0x1.02b15777eb7bcp-10, -0x1.8de3cd290a7c0p-14,
       -0x1.b11017e7d5949p-18, -0x1.4ea6ce69729c8p-22, -0x1.7015eec376760p-27, -0x1.20a2ae9413497p-32,
       -0x1.43262ab49fce7p-38, -0x1.028a39095defdp-44, 0x0.0p+0},
      {-0x1.812746b0356c8p-2, -0x1.b588d8dc5d826p-3, 0x1.fe0796bb951dap-5, 0x1.57b85ad43814cp-3,
       0x1.d6631e1a289f9p-4, 0x1.68d1c45b94d0bp-5, 0x1.60898536e378bp-7, 0x1.cc1d88687c26dp-10,
       0x1.9aa489e3b65f7p-13, 0x1.fc0dfadbde67ep-17, 0x1.b771d9b7b48d4p-21, 0x1.0b48779645ae7p-25,
       0x1.cb2a2e7c0314cp-31, 0x1.1756eb3129a23p-36, 0x1.e29287a71aabfp-43, 0x0.0p+0},
      {0x0.0p+0, 0x1.62338788ae5fap-3, 0x1.0fa23021ae089p-3, 0x1.8e90c2a155f8ep-10, -0x1.974c036868b87p-5,
       -0x1.09648dd331209p-5, -0x1.5eb1c899f031bp-7, -0x1.1bff706648668p-9, -0x1.2c7d5ef053eabp-12,
       -0x1.ac4e1aa48634cp-16, -0x1.a26c653fa3c84p-20, -0x1.1b44b64cf9a81p-24, -0x1.0bc6ecfa7fc57p-29,
       -0x1.6359d5c4ff8bbp-35, -0x1.4c4e69476e381p-41, 0x0.0p+0},
      {0x1.ce2f21968f0f7p-4, 0x1.26cf85c44722bp-5, -0x1.fa21ebc1ba679p-5, -0x1.a2893b31ffcc7p-5,
       -0x1.17d430b30eeaap-9, 0x1.ad8b1489da74ep-7, 0x1.d854f7390895cp-8, 0x1.fc0f76c141750p-10,
       0x1.490a4d2e5a9f6p-12, 0x1.131810c098018p-15, 0x1.3302bb530c287p-19, 0x1.d23ff13426a76p-24,
       0x1.e7ba4cfb1c3f1p-29, 0x1.62637cd1ae2f2p-34, 0x1.67e6b3e14f1b2p-40, 0x0.0p+0},
      {0x0.0p+0, -0x1.a1bcaaa8799efp-5, -0x1.31546d65125c3p-6, 0x1.4d6af44a32f9dp-6, 0x1.d857f2cb9e04cp-7,
       -0x1.f00fa73014ef0p-13, -0x1.897719ac1ee9bp-9, -0x1.4a22285eba227p-10, -0x1.145464ea29322p-12,
       -0x1.1629d9563ead8p-15, -0x1.67f42e57aabb2p-19, -0x1.357d66d2fd720p-23, -0x1.68934526b9e23p-28,
       -0x1.203ef6d41bd1bp-33, -0x1.3f00c8acfef49p-39, 0x0.0p+0},
      {-0x1.b82cd362662b3p-6, -0x1.5b4aaa6b8dc15p-9, 0x1.37e53f8fb9ccap-6, 0x1.4ccf02f559e37p-8,
       -0x1.954ab30b8fd93p-8, -0x1.8718852b458c3p-9, 0x1.88cdebcebadd6p-12, 0x1.26888c8b19822p-11,
       0x1.647f68f9ed3b4p-13, 0x1.c22a61fef559ep-16, 0x1.58b4c397775d9p-19, 0x1.53a6003a67fe1p-23,
       0x1.bc2cde02ee7d7p-28, 0x1.88c51c959ab82p-33, 0x1.db92f78893c90p-39, 0x0.0p+0},
      {0x0.0p+0, 0x1.6ee0c8dcda2a9p-7, 0x1.097b2c6047a1ep-13, -0x1.83306d7d1107ep-8, -0x1.2e441b6f0e89ap-11,
       0x1.9a7e70b487511p-10, 0x1.b325a8883d7b6p-12, -0x1.0fa2e106f5260p-13, -0x1.567479c6d6791p-14,
       -0x1.24444329eb0f4p-16, -0x1.10f5745a87cbcp-19, -0x1.392146b5b1bb5p-23, -0x1.d010e74b3a6d2p-28,
       -0x1.c8cc9526bdf29p-33, -0x1.2fe8a48da3b1cp-38, 0x0.0p+0},
      {0x1.5650539e9568ap-8, -0x1.03ac90179fe23p-11, -0x1.e8205e214d16ep-9, 0x1.410a50dcc4388p-11,
       0x1.71cf019e2435dp-10, -0x1.096c7fe72001cp-13, -0x1.381bb4ca67a03p-12, -0x1.cb87861d68260p-16,
       0x1.b2d07c5d18773p-16, 0x1.2be4d09135eebp-17, 0x1.66c2402005378p-20, 0x1.e99febe5ed969p-24,
       0x1.9ffc3d751c2e1p-28, 0x1.caf58c3486685p-33, 0x1.50f2507d96d0ap-38, 0x0.0p+0},
      {0x0.0p+0, -0x1.ff2d2454b8f70p-10, 0x1.316db557a394cp-11, 0x1.d85fb18783286p-11, -0x1.7535303f6192ep-12,
       -0x1.dbf7422f69437p-13, 0x1.2b1a67375754ep-14, 0x1.43d6c452399d9p-15, -0x1.38935ba56e366p-19,
       -0x1.cd7f6c04e0d43p-19, -0x1.84ef9391475b8p-21, -0x1.4662d879927aep-24, -0x1.434ad99df035bp-28,
       -0x1.93f80301c531fp-33, -0x1.49b98c1fd8b84p-38, 0x0.0p+0},
      {-0x1.b86df50ea059dp-11, 0x1.cb85c75285ebep-13, 0x1.0eea48f083acfp-11, -0x1.33362164240f1p-12,
       -0x1.089696c9fb715p-13, 0x1.aefc2672e93a1p-14, 0x1.2783291edbc38p-16, -0x1.0077603bca5cfp-16,
       -0x1.89765657f61c8p-19, 0x1.b168558e9a486p-21, 0x1.566bce1f69f46p-22, 0x1.7ac98ddffd894p-25,
       0x1.c59595be2f1dcp-29, 0x1.4979224085c9bp-33, 0x1.31c0adcb2a35bp-38, 0x0.0p+0},
      {0x0.0p+0, 0x1.2175ef935c3a5p-12, -0x1.46c94c69df48cp-13, -0x1.3cf4780133cc9p-14, 0x1.6b7e0dc13fb6cp-14,
       -0x1.0026f8c2d9748p-21, -0x1.27fefbc9d1fd8p-16, 0x1.74248643384adp-20, 0x1.ff3d52bc8727fp-20,
       0x1.d35665a308b2cp-26, -0x1.bf9bdbad04ca1p-24, -0x1.66bb49a165457p-26, -0x1.0854a857613f0p-29,
       -0x1.be219dcbf55e0p-34, -0x1.d2be18a320d11p-39, 0x0.0p+0},
  };
};
// clang-format on

}  // namespace torchactiv
