# libtorchactiv: the operators, registered when it is loaded.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/csrc/operators/*.cpp ${CMAKE_SOURCE_DIR}/csrc/cpu/*.cpp ${CMAKE_SOURCE_DIR}/csrc/meta/*.cpp
  ${CMAKE_SOURCE_DIR}/csrc/composite/*.cpp ${CMAKE_SOURCE_DIR}/csrc/autograd/*.cpp
  ${CMAKE_SOURCE_DIR}/csrc/autocast/*.cpp ${CMAKE_SOURCE_DIR}/csrc/vmap/*.cpp
  ${CMAKE_SOURCE_DIR}/csrc/functionalize/*.cpp ${CMAKE_SOURCE_DIR}/csrc/compositions/*.cpp
  ${CMAKE_SOURCE_DIR}/csrc/normalisation/*.cpp ${CMAKE_SOURCE_DIR}/csrc/packed_gate/*.cpp)

add_library(torchactiv SHARED ${sources})
foreach(kernels IN LISTS TORCHACTIV_KERNEL_LIBRARIES)
  target_sources(torchactiv PRIVATE $<TARGET_OBJECTS:${kernels}>)
endforeach()
target_include_directories(torchactiv PRIVATE ${CMAKE_SOURCE_DIR} ${TORCHACTIV_GENERATED})
target_compile_options(torchactiv PRIVATE -ffp-contract=off ${TORCHACTIV_WARNINGS})
if(TORCHACTIV_X86)
  target_compile_definitions(torchactiv PRIVATE TORCHACTIV_X86)
endif()
target_link_libraries(torchactiv PUBLIC torchactiv_torch)

# Most of a source's time went into torch's headers, and what they make of templates: some are compiled ahead, and a
# folder's sources together. What takes long by itself stays alone, for the processor's other cores.
option(TORCHACTIV_UNITY_BUILD "Compile the sources of a folder of csrc, or of C++ tests, together, in half of the time" ON)
set_target_properties(torchactiv PROPERTIES UNITY_BUILD ${TORCHACTIV_UNITY_BUILD} UNITY_BUILD_MODE GROUP)
set(compiled_alone composite/composite.cpp composite/triple_backward.cpp operators/catalogue.cpp operators/combinations.cpp)
foreach(source IN LISTS sources)
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR}/csrc ${source})
  get_filename_component(folder ${path} DIRECTORY)
  if(NOT path IN_LIST compiled_alone)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP "${folder}")
  endif()
endforeach()
target_precompile_headers(torchactiv PRIVATE
  <ATen/Functions.h> <ATen/TensorOperators.h> <torch/library.h> ${CMAKE_SOURCE_DIR}/csrc/operators/signature.h)

# Code for every operator that is no kernel: to optimise it takes minutes, and saves nothing that can be measured.
set_source_files_properties(
  ${CMAKE_SOURCE_DIR}/csrc/composite/composite.cpp ${CMAKE_SOURCE_DIR}/csrc/composite/triple_backward.cpp
  PROPERTIES COMPILE_OPTIONS -O0 SKIP_PRECOMPILE_HEADERS ON)

# at::parallel_for is a template, which runs on one thread where it is compiled without OpenMP. GCC's calls find the
# runtime that torch has brought; linking one as well would start a second set of threads, which torch does not count.
find_package(OpenMP REQUIRED COMPONENTS CXX)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(torchactiv PRIVATE ${OpenMP_CXX_FLAGS})
else()
  target_link_libraries(torchactiv PRIVATE OpenMP::OpenMP_CXX)
endif()

# For the programs in this tree; those outside it have cmake/torchactivConfig.cmake.in.
add_library(torchactiv::torchactiv ALIAS torchactiv)
add_dependencies(torchactiv torchactiv_public_headers)
target_include_directories(torchactiv INTERFACE ${TORCHACTIV_HEADERS} ${TORCHACTIV_RENDERED_HEADERS})
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # A program that only loads TorchScript uses no symbol of the library, and still needs what it registers.
  target_link_options(torchactiv INTERFACE
    "LINKER:--push-state,--no-as-needed,$<TARGET_FILE:torchactiv>,--pop-state")
endif()
