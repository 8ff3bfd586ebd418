// Made by tools/single_tables.py.
#pragma once

namespace torchactiv {

// Rows: coefficients of rising powers of d; columns: segments.
// clang-format off
struct SingleTables {
  // 2^(j / 8), from whose bits j is taken where a shift by 49 bits will add it.
  static constexpr double power[8] =
      {0x1.0000000000000p+0, 0x1.f72b83c7d517bp-1, 0x1.f06fe0a31b715p-1, 0x1.ebfdad5362a27p-1, 0x1.ea09e667f3bcdp-1,
       0x1.eace5422aa0dbp-1, 0x1.ee89f995ad3adp-1, 0x1.f5818dcfba487p-1};
  // (e^r - 1) / r of |r| <= ln(2) / 16, to a relative error of 2^-28.02; e^r by it to 2^-32.51.
  static constexpr double slope[4] =
      {0x1.ffffffe05c974p-1, 0x1.0000001a5d21cp-1, 0x1.555d8ca64a1b7p-3, 0x1.5555557f57051p-5};
  // The same, to a relative error of 2^-36.13.
  static constexpr double fine_slope[5] =
      {0x1.ffffffffff8bfp-1, 0x1.ffffffe5a207ep-2, 0x1.5555556bef705p-3, 0x1.555c2e193bf0cp-5, 0x1.1111110fc9871p-7};
  // erf(k erf_step + d) of |d| <= erf_step / 2, to a relative error of 2^-29.84.
  static constexpr double erf_step = 0x1.3000000000000p-2;
  static constexpr double erf[7][16] = {
      {0x0.0p+0, 0x1.4d35ef3af55b9p-2, 0x1.32a54cb91faebp-1, 0x1.95965198804d4p-1, 0x1.d0580b2d3e0edp-1,
       0x1.edabfc7464535p-1, 0x1.f9f9ba8d328bdp-1, 0x1.fe504b1d8a48ep-1, 0x1.ff9960f3e7064p-1, 0x1.ffeb5415e7ed4p-1,
       0x1.fffc7a3786991p-1, 0x1.ffff7e2c6b8c5p-1, 0x1.fffff039fa203p-1, 0x1.fffffe62535aap-1, 0x1.ffffffdc4ada1p-1,
       0x1.0000000000000p+0},
      {0x1.20dd7504bf807p+0, 0x1.087ee4a00ab17p+0, 0x1.961650288af29p-1, 0x1.055bd78a6b4b9p-1, 0x1.1a0dc59e9fbf0p-2,
       0x1.fe645fa0baca6p-4, 0x1.832989ca824e3p-5, 0x1.ec725b486e438p-7, 0x1.06918be30c32ap-8,
       0x1.d57f6d7f9b53ep-11, 0x1.5feb1e8a84d5fp-13, 0x1.ba4fd287205e1p-16, 0x1.d21558aaf23c1p-19,
       0x1.9bc3801688d7cp-22, 0x1.30fced6b58558p-25, 0x0.0p+0},
      {-0x1.1c5b32dd88a97p-24, -0x1.3a16a42a697d0p-2, -0x1.e23a7fba05255p-2, -0x1.d18b99b0baa40p-2,
       -0x1.4ef05c26bb306p-2, -0x1.7ace8137a9c10p-3, -0x1.58d100b0114dcp-4, -0x1.ffaed261cc92ep-6,
       -0x1.37ccd095792e5p-7, -0x1.399c0caae7048p-9, -0x1.053061a1904bfp-11, -0x1.691adb8eae034p-14,
       -0x1.9f1a682f6ac59p-17, -0x1.8d48b36c82445p-20, -0x1.3ce5acc0bfc4fp-23, 0x0.0p+0},
      {-0x1.8125e8bc72f66p-2, -0x1.227e0bae05303p-2, -0x1.3f643a65dc150p-4, 0x1.98ae7f1f6343cp-4,
       0x1.56473eed799e4p-3, 0x1.21cc976b7982bp-3, 0x1.58f3dcd919282p-4, 0x1.396b12b7ec250p-5, 0x1.c1ebb0060c60cp-7,
       0x1.03ba2d046bf06p-8, 0x1.e783cddbb1a59p-11, 0x1.7680db1c530cfp-13, 0x1.d93346ffc1e58p-16,
       0x1.ed6a064c2cf85p-19, 0x1.a9a8e6322df61p-22, 0x0.0p+0},
      {-0x1.3b33116e97f29p-13, 0x1.2795bbaeaac17p-3, 0x1.70e450de7d82cp-3, 0x1.b6bf338cd982dp-4,
       0x1.4129913204a4ap-7, -0x1.633d4a6569564p-5, -0x1.808edec40e889p-5, -0x1.e0c363b5fb098p-6,
       -0x1.ae5d29b889a60p-7, -0x1.26bc3c7a8ca1ap-8, -0x1.3e567ecb17dedp-10, -0x1.13b511d5fc314p-12,
       -0x1.82f3e0aff7bd9p-15, -0x1.bb1ca86d518afp-18, -0x1.a00f9f2529679p-21, 0x0.0p+0},
      {0x1.d636c46e2cfd3p-4, 0x1.1477903c185c8p-4, -0x1.360d8c4b5c4f5p-6, -0x1.14068f87ba4e6p-4,
       -0x1.bec79265b1ce9p-5, -0x1.1469d04702c39p-6, 0x1.04bfbc3d3e15fp-7, 0x1.a417eeff866d7p-7,
       0x1.11fefdd645108p-7, 0x1.dd957abfc01f5p-9, 0x1.35369c380b4d6p-10, 0x1.3687486ffff25p-12,
       0x1.eeaeb7057cd7cp-15, 0x1.3cc338820f80ap-17, 0x1.4908478bccb88p-20, 0x0.0p+0},
      {-0x1.83240fcb65f60p-7, -0x1.6a4936aab76b5p-5, -0x1.6864aa89b3bd0p-5, -0x1.19802be3c4aa3p-7,
       0x1.334d36834957ep-6, 0x1.42da987fe3acfp-6, 0x1.f947e566ca7f9p-8, -0x1.12558f8fb6954p-10,
       -0x1.945d5b6914cf8p-9, -0x1.093b304d9e48ap-9, -0x1.b542032be43e8p-11, -0x1.0578c4a6f0ffep-12,
       -0x1.de918176d508dp-15, -0x1.583ba977c5d83p-17, -0x1.8b7048ea373fap-20, 0x0.0p+0},
  };
  // log(1 + k log1p_step + d) of |d| <= log1p_step / 2, to a relative error of 2^-33.52.
  static constexpr double log1p_step = 0x1.1111111111111p-4;
  static constexpr double log1p[6][16] = {
      {0x0.0p+0, 0x1.08598b5994410p-4, 0x1.005588ad1a20bp-3, 0x1.7565011e347a2p-3, 0x1.e41fccb75be10p-3,
       0x1.269621134823ap-2, 0x1.588c2d912f1d8p-2, 0x1.882f1ef83bac8p-2, 0x1.b5b3e242337dcp-2, 0x1.e148a1a2708d7p-2,
       0x1.058aefa810897p-1, 0x1.199fac68b4172p-1, 0x1.2cf25fad8ea5fp-1, 0x1.3f91275240220p-1, 0x1.5188a4a02d32ep-1,
       0x1.62e42fefa3602p-1},
      {0x1.ffffffffe4b5bp-1, 0x1.e000000379a9dp-1, 0x1.c3c3c3c4f04f8p-1, 0x1.aaaaaaab3ac2ap-1, 0x1.9435e50dc8aa7p-1,
       0x1.800000002f6aep-1, 0x1.6db6db6dd4c22p-1, 0x1.5d1745d187fe7p-1, 0x1.4de9bd37b441fp-1, 0x1.4000000009404p-1,
       0x1.3333333339c6ap-1, 0x1.2762762767396p-1, 0x1.1c71c71c7548cp-1, 0x1.124924924bc32p-1, 0x1.08d3dcb08f394p-1,
       0x1.0000000001849p-1},
      {-0x1.fffffebf549ebp-2, -0x1.c1fffae324974p-2, -0x1.8e9da91703cfcp-2, -0x1.638e364b04d8bp-2,
       -0x1.3f1d11448c921p-2, -0x1.1ffffe9e356f5p-2, -0x1.05397721b8d95p-2, -0x1.dc0874eb2492cp-3,
       -0x1.b389ea7ab7478p-3, -0x1.8fffff12e9ba2p-3, -0x1.70a3d650a74cep-3, -0x1.54d4119ac560ap-3,
       -0x1.3c0ca3e38ac09p-3, -0x1.25e0a6d0fef5bp-3, -0x1.11f5a6358062cp-3, -0x1.ffffff83b228ap-4},
      {0x1.55542761c15aap-2, 0x1.193f9af86a4c8p-2, 0x1.d4f575ce56405p-3, 0x1.8b0faae0dc836p-3, 0x1.4fe8a269220cfp-3,
       0x1.1ffff432b32c0p-3, 0x1.f191fa590a2dbp-4, 0x1.b0c1d606a2cfep-4, 0x1.7abaafc9e544ap-4, 0x1.4d55507efe163p-4,
       0x1.26e9755cb9c1dp-4, 0x1.062cf7c1b5169p-4, 0x1.d438a3dd4dbe7p-5, 0x1.a3d3352653da3p-5, 0x1.79e00fa63f336p-5,
       0x1.555553acf179cp-5},
      {-0x1.ff3854a3ede50p-3, -0x1.8be3ca0a0e237p-3, -0x1.369bec880cbadp-3, -0x1.ee3541a8b0216p-4,
       -0x1.8e0ffe8bc3aedp-4, -0x1.4433d939957ebp-4, -0x1.0ab4ed5395010p-4, -0x1.bad246b2abcbep-5,
       -0x1.72abd697acbe7p-5, -0x1.38a2bb487115ep-5, -0x1.0986e93bc2e5ep-5, -0x1.c5eef88687c2ep-6,
       -0x1.865179b7fb927p-6, -0x1.51778f96780a3p-6, -0x1.254429b0bf379p-6, -0x1.0012354e1aff6p-6},
      {0x1.7e70ff7d4bf3ap-3, 0x1.2b116b7f70f72p-3, 0x1.b7f57647c0ffep-4, 0x1.4a2b0007bed90p-4, 0x1.f7952a8b780ebp-5,
       0x1.85803fd489173p-5, 0x1.3118b22ce339ep-5, 0x1.e374ff8096911p-6, 0x1.830b55d162462p-6, 0x1.38d07834b06e0p-6,
       0x1.fe10d9fe07169p-7, 0x1.a3331104365c4p-7, 0x1.5b15c305ef2a5p-7, 0x1.215bcf65dcbbfp-7, 0x1.e58f322a4b4b1p-8,
       0x1.99d4bffddfc90p-8},
  };
};
// clang-format on

}  // namespace torchactiv
