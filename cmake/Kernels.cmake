# The kernels: a translation unit for each operator and instruction set, so that a change of one header in ops/ compiles
# that operator again and no other. TORCHACTIV_KERNEL_LIBRARIES are object libraries in the order in which to link them:
# the baseline first, so that a function that several define is taken from it.
set(isa_baseline_flags)
set(isas baseline)
set(TORCHACTIV_X86 OFF)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(TORCHACTIV_X86 ON)
  # What CXXFLAGS add (-march=native) is taken away: csrc/simd/simd.h goes by what the compiler may use.
  set(isa_baseline_flags -mno-avx)
  set(isa_avx2_flags -mavx2 -mfma -mf16c -mno-avx512f)
  set(isa_avx512_flags -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma -mf16c)
  list(APPEND isas avx2 avx512)
endif()
set(formula_flags)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Formulas are trees of small functions. GCC makes the same code of them in a fifth less time, of the longest ones in
  # a third less, if it puts them into each other before it optimises each.
  set(formula_flags --param=early-inlining-insns=200)
  # The intrinsics of GCC's own header start from a register that is deliberately not initialised (GCC bug 105593).
  list(APPEND isa_avx512_flags -Wno-uninitialized -Wno-maybe-uninitialized)
endif()

# How vector mathematics is compiled: contraction would make results depend on the compiler; the formulas say fma where
# they mean it.
function(torchactiv_kernel_options target isa)
  target_compile_options(${target} PRIVATE
    ${isa_${isa}_flags} -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math ${TORCHACTIV_WARNINGS})
endfunction()

set(TORCHACTIV_KERNEL_LIBRARIES)
foreach(isa IN LISTS isas)
  set(sources)
  foreach(shared IN ITEMS blocks rows staged combinations gradient_of_slope normalisation row_norm)
    list(APPEND sources ${CMAKE_SOURCE_DIR}/csrc/kernels/${shared}.cpp)
  endforeach()
  foreach(operator IN LISTS TORCHACTIV_OPERATORS)
    separate_arguments(operator)
    list(GET operator 0 name)
    list(GET operator 1 struct)
    set(source ${TORCHACTIV_GENERATED}/kernels/${name}.${isa}.cpp)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
      "#include \"csrc/kernels/instantiate.h\"\n#include \"ops/${name}.h\"\n\nTORCHACTIV_KERNELS(${name}, ${struct})\n")
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${formula_flags}")
    list(APPEND sources ${source})
  endforeach()
  add_library(torchactiv_kernels_${isa} OBJECT ${sources})
  target_include_directories(torchactiv_kernels_${isa} PRIVATE ${CMAKE_SOURCE_DIR})
  torchactiv_kernel_options(torchactiv_kernels_${isa} ${isa})
  target_precompile_headers(torchactiv_kernels_${isa} PRIVATE ${CMAKE_SOURCE_DIR}/csrc/kernels/instantiate.h)
  list(APPEND TORCHACTIV_KERNEL_LIBRARIES torchactiv_kernels_${isa})
endforeach()
