# Finds the torch to build against: headers, the CPU libraries and the C++ ABI, asking the Python that has it. torch's own
# CMake package is not used, because that of a CUDA wheel demands a CUDA toolkit, which nothing here needs.
#
# Defines the imported target torchactiv_torch, and TORCHACTIV_TORCH_VERSION.
find_package(Python3 REQUIRED COMPONENTS Interpreter OPTIONAL_COMPONENTS Development.Module)

set(query [[
import torch, pathlib
root = pathlib.Path(torch.__file__).parent
print(root, torch.__version__, int(torch._C._GLIBCXX_USE_CXX11_ABI), sep=";")
]])
execute_process(COMMAND ${Python3_EXECUTABLE} -c "${query}" OUTPUT_VARIABLE torch_facts
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_VARIABLE torch_error RESULT_VARIABLE torch_missing)
if(torch_missing)
  message(FATAL_ERROR "torchactiv is built against an installed torch, and ${Python3_EXECUTABLE} has none: "
                      "run `pip install torch==2.13.0`, or give -DPython3_EXECUTABLE=... with one that has it.\n"
                      "${torch_error}")
endif()
list(GET torch_facts 0 TORCHACTIV_TORCH_ROOT)
list(GET torch_facts 1 TORCHACTIV_TORCH_VERSION)
list(GET torch_facts 2 torch_cxx11_abi)
if(TORCHACTIV_TORCH_VERSION VERSION_LESS 2.13)
  message(FATAL_ERROR "torchactiv needs torch 2.13 or newer; ${Python3_EXECUTABLE} has ${TORCHACTIV_TORCH_VERSION}")
endif()
message(STATUS "torch ${TORCHACTIV_TORCH_VERSION} in ${TORCHACTIV_TORCH_ROOT}")

add_library(torchactiv_torch INTERFACE)
target_include_directories(torchactiv_torch SYSTEM INTERFACE
  ${TORCHACTIV_TORCH_ROOT}/include ${TORCHACTIV_TORCH_ROOT}/include/torch/csrc/api/include)
target_compile_definitions(torchactiv_torch INTERFACE _GLIBCXX_USE_CXX11_ABI=${torch_cxx11_abi})
foreach(library torch_cpu c10)
  target_link_libraries(torchactiv_torch INTERFACE
    ${TORCHACTIV_TORCH_ROOT}/lib/${CMAKE_SHARED_LIBRARY_PREFIX}${library}${CMAKE_SHARED_LIBRARY_SUFFIX})
endforeach()
